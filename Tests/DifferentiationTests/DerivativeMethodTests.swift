import Differentiation
import Testing

struct DerivativeMethodTests {
    @Test func readsWhatIsDocumented() throws {
        #expect(try DerivativeMethod(parsing: "ad") == .automatic)
        #expect(try DerivativeMethod(parsing: "fd:2:1e-3") == .finiteDifference(accuracy: 2, step: .fixed(1e-3), precision: nil))
        #expect(try DerivativeMethod(parsing: "fd:4:auto/f32") == .finiteDifference(accuracy: 4, step: .automatic, precision: .f32))
        #expect(try DerivativeMethod(parsing: "fd:8:.5/f64") == .finiteDifference(accuracy: 8, step: .fixed(0.5), precision: .f64))
        #expect(try DerivativeMethod(parsing: "fd-exact:2:1e-3") == .exactDifference(accuracy: 2, step: .fixed(1e-3)))
        #expect(try DerivativeMethod(parsing: "fd-exact:6:auto") == .exactDifference(accuracy: 6, step: .automatic))
    }

    @Test func writesWhatItReads() throws {
        let texts = [
            "ad", "fd:2:1e-3", "fd:2:5e-4", "fd:4:auto", "fd:6:0.03/f32", "fd:8:2/f64", "fd-exact:2:1e-5", "fd-exact:8:auto", "fd:2:1.25e-3",
            "fd:2:1e-300", "fd:2:1e20",
        ]
        for text in texts { #expect("\(try DerivativeMethod(parsing: text))" == (text == "fd:2:1e20" ? "fd:2:1e20" : text)) }
        var numbers = TestNumbers(seed: 1)
        for _ in 0..<2000 {
            let step = Double(bitPattern: numbers.bits()).magnitude
            guard step.isFinite, step >= .leastNormalMagnitude else { continue }
            let method = DerivativeMethod.finiteDifference(accuracy: 2, step: .fixed(step), precision: nil)
            #expect(try DerivativeMethod(parsing: "\(method)") == method)
        }
        for _ in 0..<500 {
            let method = DerivativeMethod.exactDifference(accuracy: 4, step: .fixed(numbers.uniform(1e-6...1)))
            #expect(try DerivativeMethod(parsing: "\(method)") == method)
        }
    }

    @Test func refusesWithOneSentence() {
        let cases: [(String, MethodError)] = [
            ("", .unknownMethod("")), ("fdx:2:1", .unknownMethod("fdx:2:1")), ("AD", .unknownMethod("AD")),
            ("ad:2", .malformed("ad:2")), ("fd", .malformed("fd")), ("fd:2", .malformed("fd:2")), ("fd:2:1:3", .malformed("fd:2:1:3")),
            ("fd:3:1e-3", .badAccuracy("3", in: "fd:3:1e-3")), ("fd:x:1e-3", .badAccuracy("x", in: "fd:x:1e-3")),
            ("fd:2:0", .badStep("0", in: "fd:2:0")), ("fd:2:-1", .badStep("-1", in: "fd:2:-1")), ("fd:2:nan", .badStep("nan", in: "fd:2:nan")),
            ("fd:2:inf", .badStep("inf", in: "fd:2:inf")), ("fd:2:", .badStep("", in: "fd:2:")),
            ("fd:2:1e-320", .badStep("1e-320", in: "fd:2:1e-320")),
            ("fd:2:1e-3/f16", .badPrecision("f16", in: "fd:2:1e-3/f16")), ("fd:2:1e-3/", .badPrecision("", in: "fd:2:1e-3/")),
            ("ad/f32", .precisionOfExactMethod("ad/f32")), ("fd-exact:2:1e-3/f32", .precisionOfExactMethod("fd-exact:2:1e-3/f32")),
        ]
        for (text, expected) in cases {
            do {
                _ = try DerivativeMethod(parsing: text)
                Issue.record("\(text) was read")
            } catch {
                #expect(error == expected)
                #expect(error.description.hasSuffix(".") && !error.description.contains("\n"))
            }
        }
    }

    /// Methods that were put together, not read from a text, are checked where they are used.
    @Test func impossibleMethodsAreRefused() {
        let laplacian = LinearOperator.laplacian(dimension: 2)
        let methods: [DerivativeMethod] = [
            .finiteDifference(accuracy: 3, step: .automatic, precision: nil), .finiteDifference(accuracy: 2, step: .fixed(-1), precision: nil),
            .exactDifference(accuracy: 0, step: .fixed(0.1)), .exactDifference(accuracy: 4, step: .fixed(.nan)),
        ]
        for method in methods {
            #expect(throws: MethodError.self, "\(method)") {
                try ComponentLayout(
                    [.init(laplacian, method: method)], dimension: 2, activation: .tanh, largestWeights: [1, 1], precision: .f64)
            }
            #expect(throws: MethodError.self, "\(method)") {
                try DerivativeSum(operator: laplacian, method: method, activation: .tanh, largestWeights: [1, 1], precision: .f64)
            }
        }
    }
}
