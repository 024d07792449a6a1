"""Forward propagation of derivatives through a tanh network, written with one array module (jax.numpy or torch): the expert's form.

The rules are those of truncated Taylor series; derivatives of one direction are normalised coefficients, the Laplacian travels as a sum.
"""


def affine(a, weight, bias):
    """All components share the weights: one product over components × points."""
    z = a @ weight.T
    return z, bias


def laplacian(x, directions, layers, tanh, stack, zeros):
    """u, its derivatives along `directions` (rows), and the sum of their second derivatives; x [N, d] → [N, fields] each."""
    count = len(directions)
    (weight, bias) = layers[0]
    z0 = x @ weight.T + bias
    tangents = [zeros(z0) + (weight @ direction) for direction in directions]
    second = zeros(z0)
    for weight, bias in layers[1:]:
        t = tanh(z0)
        s1 = 1 - t * t
        s2 = -2 * t * s1
        squares = tangents[0] * tangents[0]
        for tangent in tangents[1:]:
            squares = squares + tangent * tangent
        a = stack([t] + [s1 * tangent for tangent in tangents] + [s1 * second + s2 * squares])
        z = a @ weight.T
        z0, tangents, second = z[0] + bias, [z[k + 1] for k in range(count)], z[count + 1]
    return z0, tangents, second


def fourth(x, directions, layers, tanh, stack, zeros):
    """For each direction the coefficients 1…4 of u(x + s v): a list [direction][order − 1] of [N, fields]; and u."""
    count = len(directions)
    (weight, bias) = layers[0]
    z0 = x @ weight.T + bias
    z = [[zeros(z0) + (weight @ direction), zeros(z0), zeros(z0), zeros(z0)] for direction in directions]
    for weight, bias in layers[1:]:
        t = tanh(z0)
        parts = [t]
        for z1, z2, z3, z4 in z:
            # k y_k = Σ j z_j v_{k−j}, v = 1 − y²
            v0 = 1 - t * t
            y1 = z1 * v0
            v1 = -2 * t * y1
            y2 = (z1 * v1 + 2 * z2 * v0) / 2
            v2 = -2 * t * y2 - y1 * y1
            y3 = (z1 * v2 + 2 * z2 * v1 + 3 * z3 * v0) / 3
            v3 = -2 * (t * y3 + y1 * y2)
            y4 = (z1 * v3 + 2 * z2 * v2 + 3 * z3 * v1 + 4 * z4 * v0) / 4
            parts += [y1, y2, y3, y4]
        out = stack(parts) @ weight.T
        z0 = out[0] + bias
        z = [[out[1 + 4 * k + j] for j in range(4)] for k in range(count)]
    return z0, z


def plain(x, layers, tanh):
    (weight, bias) = layers[0]
    a = x @ weight.T + bias
    for weight, bias in layers[1:]:
        a = tanh(a) @ weight.T + bias
    return a


def stencil(kind, d, h):
    """Offsets and weights of accuracy 2 of what a workload needs: [(offset, {name: weight})]."""
    places = {}

    def add(offset, name, weight):
        places.setdefault(tuple(offset), {})
        places[tuple(offset)][name] = places[tuple(offset)].get(name, 0) + weight

    def unit(*steps):
        offset = [0.0] * d
        for axis, amount in steps:
            offset[axis] += amount * h
        return offset

    axes = range(2) if kind == "burgers2" else range(d)
    if kind in ("laplacian", "burgers2"):
        for k in axes:
            for amount, weight in ((-1, 1), (0, -2), (1, 1)):
                add(unit((k, amount)), "operator", weight / h**2)
    if kind == "burgers2":
        add(unit(), "u", 1)
        for k, name in enumerate(("x", "y", "t")):
            for amount, weight in ((-1, -0.5), (1, 0.5)):
                add(unit((k, amount)), name, weight / h)
    if kind in ("fourth", "biharmonic"):
        for k in axes:
            for amount, weight in ((-2, 1), (-1, -4), (0, 6), (1, -4), (2, 1)):
                add(unit((k, amount)), "operator", weight / h**4)
        if d == 2:
            for i, wi in ((-1, 1), (0, -2), (1, 1)):
                for j, wj in ((-1, 1), (0, -2), (1, 1)):
                    add(unit((0, i), (1, j)), "operator", 2 * wi * wj / h**4)
    return places


def residual(kind, x, f, layers, tanh, stack, zeros, directions, viscosity):
    """Exact derivatives by propagation."""
    if kind == "laplacian":
        return laplacian(x, directions, layers, tanh, stack, zeros)[2][:, 0] - f
    if kind == "burgers2":
        u, first, second = laplacian_with_time(x, directions, layers, tanh, stack, zeros)
        return first[2][:, 0] + u[:, 0] * (first[0][:, 0] + first[1][:, 0]) - viscosity * second[:, 0] - f
    if kind == "fourth":
        return 24 * fourth(x, directions, layers, tanh, stack, zeros)[1][0][3][:, 0] - f
    # Δ² = 8/9 Σ D⁴ over 0°, 60°, 120°.
    parts = fourth(x, directions, layers, tanh, stack, zeros)[1]
    return 24 * (8 / 9) * (parts[0][3] + parts[1][3] + parts[2][3])[:, 0] - f


def laplacian_with_time(x, directions, layers, tanh, stack, zeros):
    """As `laplacian`, the last direction with its first derivative only."""
    count = len(directions)
    (weight, bias) = layers[0]
    z0 = x @ weight.T + bias
    tangents = [zeros(z0) + (weight @ direction) for direction in directions]
    second = zeros(z0)
    for weight, bias in layers[1:]:
        t = tanh(z0)
        s1 = 1 - t * t
        s2 = -2 * t * s1
        squares = tangents[0] * tangents[0]
        for tangent in tangents[1:-1]:
            squares = squares + tangent * tangent
        a = stack([t] + [s1 * tangent for tangent in tangents] + [s1 * second + s2 * squares])
        z = a @ weight.T
        z0, tangents, second = z[0] + bias, [z[k + 1] for k in range(count)], z[count + 1]
    return z0, tangents, second


def fd_residual(kind, x, f, layers, tanh, places, arrays, viscosity):
    """Differences: one batch of all shifted points, one matrix of weights."""
    sums = {}
    for offset, weights in places:
        value = plain(x + offset, layers, tanh)[:, 0]
        for name, weight in weights.items():
            sums[name] = weight * value if name not in sums else sums[name] + weight * value
    if kind == "burgers2":
        return sums["t"] + sums["u"] * (sums["x"] + sums["y"]) - viscosity * sums["operator"] - f
    return sums["operator"] - f


def boundary_squares(navier, x, layers, tanh, stack, zeros, directions):
    """Σ over points of u², and with Navier rows of (Δu)² too, as means per condition."""
    if not navier:
        return (plain(x, layers, tanh)[:, 0] ** 2).mean()
    u, _, second = laplacian(x, directions, layers, tanh, stack, zeros)
    return (u[:, 0] ** 2).mean() + (second[:, 0] ** 2).mean()


def unit_directions(kind, d):
    if kind == "biharmonic":
        root = 3**0.5 / 2
        return [[1.0, 0.0], [0.5, root], [-0.5, root]]
    return [[1.0 if j == k else 0.0 for j in range(d)] for k in range(d)]


def axes(d):
    return [[1.0 if j == k else 0.0 for j in range(d)] for k in range(d)]
