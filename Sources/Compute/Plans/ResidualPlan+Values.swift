import CCompute
import LinearAlgebra
import Problems

extension ResidualPlan {
    /// The loss at some parameters.
    public func loss(at parameters: [Double]) throws(ComputeError) -> Loss { try gradient(at: parameters, wanted: false).loss }

    /// The loss and its gradient.
    ///
    /// - Parameter parameters: P numbers, rounded to the plan's precision.
    public func gradient(at parameters: [Double]) throws(ComputeError) -> (loss: Loss, gradient: [Double]) {
        try gradient(at: parameters, wanted: true)
    }

    private func gradient(at parameters: [Double], wanted: Bool) throws(ComputeError) -> (loss: Loss, gradient: [Double]) {
        var total = 0.0
        var parts = Array(repeating: 0.0, count: layouts.count)
        let gradient = try output(wanted ? parameterCount : 0, given: parameters) { given, result, error in
            cc_plan_gradient(self.plan, given, &total, &parts, wanted ? result : nil, &error)
        }
        return (losses(total, parts), gradient)
    }

    /// r with ‖r‖² the loss: √(weight/N) · residual, by term, point and equation.
    public func residuals(at parameters: [Double]) throws(ComputeError) -> [Double] {
        try output(residualCount, given: parameters) { given, result, error in cc_plan_residuals(self.plan, given, result, &error) }
    }

    /// The loss that belongs to residuals, ‖r‖².
    ///
    /// - Precondition: as many as `residualCount`.
    public func loss(ofResiduals residuals: [Double]) -> Loss {
        precondition(residuals.count == residualCount, "a number a residual")
        var (parts, first, total) = ([Double](), 0, 0.0)
        for (term, layout) in layouts.enumerated() {
            var part = 0.0
            for index in first..<(first + pointCounts[term] * layout.equations) { part += residuals[index] * residuals[index] }
            first += pointCounts[term] * layout.equations
            parts.append(part)
            total += part
        }
        return losses(total, parts)
    }

    /// J = ∂r/∂θ, dense.
    ///
    /// - Throws: `ComputeError.tooLarge` if this computer's memory cannot hold it.
    public func jacobian(at parameters: [Double]) throws(ComputeError) -> Matrix<Double> {
        var rows: [Double] = []
        try transposedJacobian(at: parameters, into: &rows)
        return Matrix(rows: parameterCount, columns: residualCount, elements: rows).transposed
    }

    /// Jᵀ, column-major: P numbers a residual, as they come from the device, into an array that is kept from step to step.
    ///
    /// - Parameter rows: gets P · M numbers; taken anew only where its size does not fit.
    /// - Throws: `ComputeError.tooLarge` if this computer's memory cannot hold it and a copy.
    public func transposedJacobian(at parameters: [Double], into rows: inout [Double]) throws(ComputeError) {
        let columns = parameterCount
        let bytes = 24 * UInt64(residualCount) * UInt64(columns)
        let available = UInt64(MachineMemory.bytes)
        guard bytes < available else { throw .tooLarge(rows: residualCount, columns: columns, bytes: bytes, memory: available) }
        guard parameters.count == columns else {
            throw .shape("There are \(parameters.count) parameters, and the plan has \(columns); give as many.")
        }
        if rows.count != residualCount * columns { rows = Array(repeating: 0, count: residualCount * columns) }
        var first = 0
        for (term, layout) in layouts.enumerated() {
            let count = pointCounts[term] * layout.equations * columns
            if precision == .f64 {
                try checked { error in
                    rows.withUnsafeMutableBytes { rows in
                        parameters.withUnsafeBytes { given in
                            guard let given = given.baseAddress, let base = rows.baseAddress else { return CC_BAD_ARGUMENT }
                            return cc_plan_jacobian(self.plan, Int32(term), 0, Int64(self.pointCounts[term]), given, base + 8 * first, &error)
                        }
                    }
                }
            } else {
                let part = try output(count, given: parameters) { given, result, error in
                    cc_plan_jacobian(self.plan, Int32(term), 0, Int64(self.pointCounts[term]), given, result, &error)
                }
                rows.replaceSubrange(first..<(first + count), with: part)
            }
            first += count
        }
    }

    /// The rows of J in their order, in blocks of at most `most` points: P numbers a row.
    public func eachJacobianBlock<Failure: Error>(
        at parameters: [Double], most: Int, wrap: (ComputeError) -> Failure, _ body: ([Double]) throws(Failure) -> Void
    ) throws(Failure) {
        for (term, layout) in layouts.enumerated() {
            var first = 0
            while first < pointCounts[term] {
                let count = min(max(most, 1), pointCounts[term] - first)
                let block: [Double]
                do throws(ComputeError) {
                    block = try output(count * layout.equations * parameterCount, given: parameters) { given, result, error in
                        cc_plan_jacobian(self.plan, Int32(term), Int64(first), Int64(count), given, result, &error)
                    }
                } catch { throw wrap(error) }
                try body(block)
                first += count
            }
        }
    }

    /// J v.
    public func product(at parameters: [Double], _ vector: [Double]) throws(ComputeError) -> [Double] {
        try twoInputs(residualCount, parameters, vector, expected: parameterCount) { given, other, result, error in
            cc_plan_product(self.plan, given, other, result, nil, &error)
        }
    }

    /// Jᵀ y.
    public func transposedProduct(at parameters: [Double], _ cotangent: [Double]) throws(ComputeError) -> [Double] {
        try twoInputs(parameterCount, parameters, cotangent, expected: residualCount) { given, other, result, error in
            cc_plan_transposed(self.plan, given, other, result, &error)
        }
    }

    /// J v and the second directional derivative d²/dε² r(θ + εv) at ε = 0.
    public func secondDerivative(at parameters: [Double], along vector: [Double]) throws(ComputeError) -> (first: [Double], second: [Double]) {
        let count = residualCount
        let both = try twoInputs(2 * count, parameters, vector, expected: parameterCount) { given, other, result, error in
            cc_plan_product(self.plan, given, other, result, result + count * self.precision.bytes, &error)
        }
        return (Array(both[..<count]), Array(both[count...]))
    }

    /// The derivatives that a term's residual reads, at its points: [field][component][point].
    public func components(ofTerm term: Int, at parameters: [Double]) throws(ComputeError) -> [[[Double]]] {
        let (uses, points) = (layouts[term].operators.count, pointCounts[term])
        let flat = try output(fields.count * uses * points, given: parameters) { given, result, error in
            cc_plan_components(self.plan, Int32(term), given, result, &error)
        }
        return fields.indices.map { field in
            (0..<uses).map { use in Array(flat[((field * uses + use) * points)..<((field * uses + use + 1) * points)]) }
        }
    }

    private typealias Call = (UnsafeRawPointer, UnsafeMutableRawPointer, inout cc_error) -> cc_status

    /// Calls with parameters in the plan's precision and widens the result.
    private func output(_ count: Int, given parameters: [Double], _ call: Call) throws(ComputeError) -> [Double] {
        guard parameters.count == parameterCount else {
            throw .shape("There are \(parameters.count) parameters, and the plan has \(parameterCount); give as many.")
        }
        switch precision {
        case .f64:
            var result = Array(repeating: 0.0, count: max(1, count))
            try checked { error in
                parameters.withUnsafeBytes { given in
                    result.withUnsafeMutableBytes { result in
                        guard let given = given.baseAddress, let result = result.baseAddress else { return CC_BAD_ARGUMENT }
                        return call(given, result, &error)
                    }
                }
            }
            return count == 0 ? [] : result
        case .f32:
            var result = Array(repeating: Float(0), count: max(1, count))
            let narrow = parameters.map { Float($0) }
            try checked { error in
                narrow.withUnsafeBytes { given in
                    result.withUnsafeMutableBytes { result in
                        guard let given = given.baseAddress, let result = result.baseAddress else { return CC_BAD_ARGUMENT }
                        return call(given, result, &error)
                    }
                }
            }
            return count == 0 ? [] : result.map { Double($0) }
        }
    }

    private func twoInputs(
        _ count: Int, _ parameters: [Double], _ other: [Double], expected: Int,
        _ call: (UnsafeRawPointer, UnsafeRawPointer, UnsafeMutableRawPointer, inout cc_error) -> cc_status
    ) throws(ComputeError) -> [Double] {
        guard other.count == expected else { throw .shape("The vector has \(other.count) numbers, and \(expected) are needed.") }
        let scalar = precision
        let bytes = scalar == .f64 ? other.withUnsafeBytes { Array($0) } : other.map { Float($0) }.withUnsafeBytes { Array($0) }
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(64, bytes.count), alignment: 64)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        guard let base = copy.baseAddress else { throw .shape("The vector is empty.") }
        return try output(count, given: parameters) { given, result, error in call(given, UnsafeRawPointer(base), result, &error) }
    }
}

extension ResidualPlan {
    /// The residuals of one term as they stand in its equations.
    public struct Residuals: Sendable, Equatable {
        public let name: String
        public let equations: Int
        /// By point, then equation.
        public let values: [Double]
    }

    /// The residuals of each term, without the scale √(weight/N).
    public func unscaledResiduals(at parameters: [Double]) throws(ComputeError) -> [Residuals] {
        let flat = try residuals(at: parameters)
        var first = 0
        return zip(layouts, pointCounts).map { layout, points in
            let count = points * layout.equations
            let scale = (Double(points) / layout.weight).squareRoot()
            defer { first += count }
            return Residuals(name: layout.name, equations: layout.equations, values: flat[first..<(first + count)].map { $0 * scale })
        }
    }
}

extension ResidualPlan {
    /// The loss and its gradient in place: both vectors P numbers of the plan's precision. Nothing is allocated.
    ///
    /// - Returns: the loss.
    @discardableResult
    public func step(parameters: UnsafeRawPointer, gradient: UnsafeMutableRawPointer?) throws(ComputeError) -> Double {
        var loss = 0.0
        try checked { error in cc_plan_gradient(self.plan, parameters, &loss, nil, gradient, &error) }
        return loss
    }
}
