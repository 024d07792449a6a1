import Testing
import TestSupport

@Test func relativeDifferenceIsNormWise() {
    #expect(relativeDifference([3, 4], [3, 4]) == 0)
    #expect(relativeDifference([3, 5], [3, 4]) == 0.2)
    #expect(relativeDifference([1], [1, 2]).isNaN)
}

@Test func ulpsCountFromTheExactValue() {
    #expect(ulps(1, 1) == 0)
    #expect(ulps(1.0.nextUp, 1) == 1)
}
