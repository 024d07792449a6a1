import CCompute
import Foundation
import Testing

/// Ensembles: members have the bits they have alone, whatever runs beside them and on however many threads; devices agree with the native path.
@Suite(.serialized) struct EnsembleTests {
    static let cases: [EnsembleCase] = [
        .line(order: 2, stencil: false, widths: [1, 20, 1]), .line(order: 2, stencil: true, widths: [1, 20, 1]),
        .line(order: 4, stencil: false, widths: [1, 33, 1]), .line(order: 4, stencil: true, widths: [1, 20, 1]),
        .line(order: 2, stencil: false, widths: [1, 17, 9, 1]), .line(order: 4, stencil: true, widths: [1, 9, 12, 1]),
        .plane(widths: [2, 21, 1]), .plane(widths: [2, 21, 1], biharmonic: true), .plane(widths: [2, 12, 13, 1]),
    ]

    /// The same members one by one: gradients of plans of their own, updates in Swift.
    private func alone<Scalar: BinaryFloatingPoint & BitwiseCopyable & SIMDScalar>(
        _ test: EnsembleCase, _ member: TestedEnsemble<Scalar>.Member, steps: Int, adam: Bool
    ) throws -> [Scalar] {
        var terms = test.terms
        for index in terms.indices { terms[index].weight = member.weights[index] }
        if test.stencil > 0 {
            terms[0].offsets = member.offsets.map { [$0] }
            terms[0].scales = member.scales
        }
        for index in terms.indices { terms[index].program = .quadratic(linear: terms[index].linear, products: [], source: terms[index].source) }
        let plan = try NetworkPlan<Scalar>(widths: test.widths, activation: test.activation, power: 7, terms: terms)
        var x = member.parameters
        var (m, v) = (x.map { _ in Scalar(0) }, x.map { _ in Scalar(0) })
        var powers = (1.0, 1.0)
        for _ in 0..<steps {
            let g = plan.gradient(x.map { Double($0) }).gradient
            powers = (powers.0 * 0.9, powers.1 * 0.999)
            for i in x.indices {
                var along = g[i]
                if adam {
                    m[i] = Scalar(0.9) * m[i] + (1 - Scalar(0.9)) * g[i]
                    v[i] = Scalar(0.999) * v[i] + (1 - Scalar(0.999)) * (g[i] * g[i])
                    along = (m[i] / (1 - Scalar(powers.0))) / ((v[i] / (1 - Scalar(powers.1))).squareRoot() + Scalar(1e-8)) + Scalar(1e-3) * x[i]
                }
                x[i] -= Scalar(member.rate) * along
            }
        }
        return x
    }

    private func checkNatively<Scalar: BinaryFloatingPoint & BitwiseCopyable & SIMDScalar>(
        _ test: EnsembleCase, _ type: Scalar.Type, tolerance: Double
    ) throws {
        defer { cc_set_threads(0) }
        for adam in [true, false] {
            let ensemble = try test.ensemble(Scalar.self)
            let members = test.members(5, as: Scalar.self, rate: adam ? 1e-3 : 1e-7)
            cc_set_threads(1)
            let outcome = try ensemble.run(members, stops: [7, 12], adam: adam, judged: true)
            #expect(outcome.taken == [12, 12, 12, 12, 12])
            for threads in 2...4 {
                cc_set_threads(Int32(threads))
                #expect(try ensemble.run(members, stops: [7, 12], adam: adam, judged: true) == outcome, "\(test), \(threads) threads")
            }
            #expect(try ensemble.run([members[3]], stops: [12], adam: adam).parameters[0] == outcome.parameters[3], "\(test), alone")
            let separately = try alone(test, members[3], steps: 12, adam: adam)
            for (a, b) in zip(separately, outcome.parameters[3]) { #expect(abs(Double(a - b)) <= tolerance, "\(test), one by one") }
            for member in outcome.losses.indices {
                #expect(outcome.losses[member].allSatisfy { $0.isFinite && $0 > 0 } && outcome.best[member] <= outcome.losses[member][0])
                let truth = outcome.truths[member]
                // Exact derivatives with the terms' own weights: the judge sees the loss of member 0.
                if test.stencil == 0, member == 0 {
                    for (value, loss) in zip(truth, outcome.losses[0]) { #expect(abs(value * value / loss - 1) < (tolerance > 1e-9 ? 1e-4 : 1e-12)) }
                }
            }
        }
    }

    @Test(arguments: cases) func membersAreWhatTheyAreAlone(_ test: EnsembleCase) throws {
        try checkNatively(test, Double.self, tolerance: 1e-14)
        try checkNatively(test, Float.self, tolerance: 1e-6)
    }

    static let sharedCases = [0, 3, 5]

    @Test(arguments: sharedCases) func devicesAgree(_ index: Int) throws {
        let test = Self.cases[index]
        for device in try OpenedDevice.usable.filter({ $0 > 0 }).map(OpenedDevice.init) {
            func compare<Scalar: BinaryFloatingPoint & BitwiseCopyable & SIMDScalar>(_ type: Scalar.Type, _ tolerance: Double) throws {
                let ensemble = try test.ensemble(Scalar.self, on: device)
                for adam in [true, false] {
                    let members = test.members(3, as: Scalar.self, rate: adam ? 1e-4 : 1e-8)
                    let native = try test.ensemble(Scalar.self).run(
                        members, stops: [4, 9], adam: adam, factors: { 1 / Double($0 + 1) }, judged: true)
                    let there = try ensemble.run(members, stops: [4, 9], adam: adam, factors: { 1 / Double($0 + 1) }, judged: true)
                    #expect(there.taken == native.taken)
                    for member in members.indices {
                        for (a, b) in zip(there.losses[member], native.losses[member]) { #expect(abs(a / b - 1) < tolerance, "\(test), \(type)") }
                        for (a, b) in zip(there.truths[member], native.truths[member]) { #expect(abs(a / b - 1) < tolerance, "\(test), \(type)") }
                        for (a, b) in zip(there.parameters[member], native.parameters[member]) {
                            #expect(abs(Double(a - b)) < tolerance, "\(test), \(type)")
                        }
                    }
                    #expect(try ensemble.run(members, stops: [4, 9], adam: adam, factors: { 1 / Double($0 + 1) }, judged: true) == there)
                    #expect(
                        try ensemble.run([members[1]], stops: [9], adam: adam, factors: { 1 / Double($0 + 1) }).parameters[0] == there.parameters[1])
                }
            }
            try compare(Float.self, max(2e-4, Double(Float.ulpOfOne) * test.amplification))
            if device.hasDouble, index != 3 { try compare(Double.self, 1e-10) }
        }
    }

    static let activations: [cc_activation] = [CC_SIN, CC_GAUSSIAN]

    @Test(arguments: activations.indices) func activationsOnDevices(_ index: Int) throws {
        let test = EnsembleCase.line(order: 2, stencil: false, widths: [1, 20, 1], activation: Self.activations[index])
        for device in try OpenedDevice.usable.filter({ $0 > 0 }).map(OpenedDevice.init) {
            let members = test.members(2, as: Float.self, rate: 1e-4)
            let native = try test.ensemble(Float.self).run(members, stops: [6], adam: true)
            let there = try test.ensemble(Float.self, on: device).run(members, stops: [6], adam: true)
            for member in members.indices {
                for (a, b) in zip(there.parameters[member], native.parameters[member]) { #expect(abs(a - b) < 1e-5) }
            }
        }
    }

    @Test func divergedMembersEndAndOthersGoOn() throws {
        let test = Self.cases[0]
        for device in [nil] + (try OpenedDevice.usable.filter { $0 > 0 }.map(OpenedDevice.init)) where device?.hasDouble ?? true {
            var members = test.members(3, as: Double.self, rate: 1e-6)
            members[1].rate = 1e30
            let outcome = try test.ensemble(Double.self, on: device).run(members, stops: [10, 30], adam: false, judged: true)
            #expect(outcome.taken[0] == 30 && outcome.taken[2] == 30 && outcome.taken[1] < 10)
            #expect(outcome.losses[1][1].isNaN && outcome.truths[1][2].isNaN && outcome.losses[2][2].isFinite)
            let isSound = outcome.parameters[1].allSatisfy(\.isFinite) && outcome.best[1].isFinite
            #expect(isSound)
        }
    }

    /// Members that have taken other steps than the run begins with are left alone, also where 32 bits of their steps would fit.
    @Test func membersAtOtherStepsArePassedOver() throws {
        let test = Self.cases[0]
        for device in [nil] + (try OpenedDevice.usable.filter { $0 > 0 }.map(OpenedDevice.init)) {
            let members = test.members(3, as: Float.self, rate: 1e-4)
            let outcome = try test.ensemble(Float.self, on: device).run(members, stops: [4], adam: true, judged: true, taken: [0, 4, 1 << 32])
            #expect(outcome.taken == [4, 4, 1 << 32])
            for member in [1, 2] {
                #expect(outcome.parameters[member] == members[member].parameters && outcome.best[member] == .infinity)
                #expect(outcome.losses[member].allSatisfy(\.isNaN) && outcome.truths[member].allSatisfy(\.isNaN))
            }
            #expect(outcome.losses[0].allSatisfy(\.isFinite) && outcome.parameters[0] != members[0].parameters)
        }
    }

    /// On a GPU a member's work memory holds all points of a term; what 32-bit places do not reach is refused before anything is made.
    @Test(.enabled(if: OpenedDevice.firstOpenCL != nil, "no OpenCL device")) func tooLargeForADevice() async {
        await #expect(processExitsWith: .success) {
            setenv("RESIDUA_OPENCL_SHAPE", "gpu", 1)
            let device = try OpenedDevice(OpenedDevice.firstOpenCL ?? 0)
            let dimension = 512
            let points = (0..<2048).map { [Double](repeating: Double($0) / 2048, count: dimension) }
            var term = NetworkTerm(points: points, linear: [1], source: points.map { $0[0] })
            term.offsets = (0..<4096).map { [Double](repeating: Double($0), count: dimension) }
            term.weights = [[[Double]](repeating: [1], count: 4096)]
            term.scales = [1]
            do {
                _ = try TestedEnsemble<Float>(widths: [512, 8, 1], activation: CC_TANH, terms: [term], on: device)
                Issue.record("inputs of 2048 · 4096 pairs in 512 dimensions were planned")
            } catch let failure as OpenedDevice.Failure {
                #expect(failure.status == CC_BAD_ARGUMENT && failure.description.contains("too large"), "\(failure)")
            }
        }
    }

    @Test func wrongArgumentsAreRefused() throws {
        let test = Self.cases[0]
        let ensemble = try test.ensemble(Double.self)
        var members = test.members(2, as: Double.self, rate: 1e-3)
        func refusal(_ members: [TestedEnsemble<Double>.Member], stops: [Int64] = [3]) -> String {
            do {
                _ = try ensemble.run(members, stops: stops, adam: true)
                return ""
            } catch { return "\(error)" }
        }
        #expect(refusal(members, stops: [3, 2]).contains("from step 3 to step 2"))
        members[1].rate = .nan
        #expect(refusal(members).contains("rate of member 1"))
        members[1].rate = 1
        members[1].weights[1] = 0
        #expect(refusal(members).contains("weight of term 1 of member 1"))
        members[1].weights[1] = 1
        members[0].offsets = [0]
        members[1].offsets = [0]
        #expect(refusal(members).contains("no nodes"))
    }
}
