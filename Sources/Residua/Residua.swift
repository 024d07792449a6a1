// The library product: one import for every public room.
@_exported import Compute
@_exported import Differentiation
@_exported import LinearAlgebra
@_exported import Models
@_exported import Problems
@_exported import Solvers
@_exported import Spectra
