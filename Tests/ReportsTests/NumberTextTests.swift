import Reports
import Testing

@Suite struct NumberTextTests {
    @Test func roundTripsEveryDouble() {
        let values: [Double] = [
            0, -0.0, 0.1, 1e-13, 200, .pi, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -1.2345678901234567e-300, 1e16, 123_456_789,
        ]
        for value in values { #expect(Double(NumberText.roundTrip(value))?.bitPattern == value.bitPattern) }
        #expect(NumberText.roundTrip(200) == "200")
        #expect(NumberText.roundTrip(.nan) == "NaN")
        #expect(NumberText.roundTrip(-.infinity) == "-inf")
    }

    @Test func shortensForReaders() {
        #expect(NumberText.short(4.51e-7, digits: 2) == "4.5e-7")
        #expect(NumberText.short(45) == "45")
        #expect(NumberText.short(0.0012345) == "0.00123")
        #expect(NumberText.fixed(0.5512, decimals: 3) == "0.551")
        #expect(NumberText.power(1e-13) == "10⁻¹³")
        #expect(NumberText.power(2e-3) == "0.002")
    }
}
