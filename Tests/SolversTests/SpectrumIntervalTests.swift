import Problems
import Solvers
import Testing

/// The default interval between spectra, which follows from counts of operations.
@Suite struct SpectrumIntervalTests {
    private func intervals(_ optimizer: any Optimizer, logEvery: Int = 7) throws -> [Int] {
        let trainer = try Trainer(problem: .named("poisson2d-unit"), layers: [2, 30, 1], points: 400, optimizer: optimizer, seed: 0)
        return [20, 200, 2000, 20_000, 200_000, 2_000_000].map { trainer.spectrumInterval(steps: $0, logEvery: logEvery) }
    }

    @Test func isAMultipleOfTheLogsAndShorterWhereStepsAreLonger() throws {
        let adam = try intervals(Adam(.constant(1e-3))), marquardt = try intervals(LevenbergMarquardt())
        for (quick, long) in zip(adam, marquardt) {
            #expect(quick % 7 == 0 && long % 7 == 0)
            #expect(quick == 0 || (long > 0 && long <= quick), "\(quick) steps of Adam, \(long) of Levenberg and Marquardt")
        }
        #expect(marquardt[2] > 0, "2000 steps of Levenberg and Marquardt earn spectra")
        #expect(adam[2] == 0, "2000 steps of Adam do not earn two")
        #expect(adam[5] > 0)
    }

    @Test func doesNotGrowWithTheRun() throws {
        // Once two spectra fit, more steps let the interval approach the steps that earn one, from above.
        let found = try intervals(Adam(.constant(1e-3)), logEvery: 1).filter { $0 > 0 }
        #expect(found.count >= 2)
        for (shorter, longer) in zip(found, found.dropFirst()) { #expect(longer <= shorter) }
    }

    @Test func countsWhatAStepAsksFor() {
        let few = LevenbergMarquardt().work(residuals: 100, parameters: 40), many = LevenbergMarquardt().work(residuals: 100, parameters: 80)
        #expect(few.gradients > 1 && many.products > 3 * few.products && many.passes > few.passes)
        // The smaller side decides: parameters or residuals.
        #expect(LevenbergMarquardt().work(residuals: 40, parameters: 100).products == few.products)
        #expect(Adam(.constant(1e-3)).work(residuals: 100, parameters: 40) == OptimizerWork())
    }
}
