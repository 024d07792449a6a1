/// SVG text as gnuplot writes it, made fit to stand inside an HTML page beside others.
enum SVG {
    static func isComplete(_ text: String) -> Bool {
        text.contains("<svg") && text.trimming(" \n\r\t").hasSuffix("</svg>")
    }

    /// The `svg` element alone: ids and the references to them begin with `prefix`, the white ground is taken out, ink becomes the page's own text
    /// colour, `title` names the picture for those who do not see it.
    static func inlined(_ text: String, prefix: String, title: String) -> String {
        guard let start = text.firstRange(of: "<svg") else { return "" }
        var body = String(text[start.lowerBound...])
        if let head = body.firstIndex(of: ">") {
            let tag = body[..<head]
            if !tag.contains("role=") { body.insert(contentsOf: " role=\"img\"", at: body.index(body.startIndex, offsetBy: 4)) }
        }
        for mark in ["id=\"", "id='", "href=\"#", "href='#", "url(#"] { body = body.replacing(mark, with: mark + prefix) }
        body = body.replacing("fill=\"#ffffff\"", with: "fill=\"none\"")
        for quote in ["'", "\""] {
            for (name, ink) in [
                ("stroke", "rgb( 51,  51,  51)"), ("fill", "rgb( 51,  51,  51)"), ("color", "rgb( 51,  51,  51)"), ("fill", "rgb(51,51,51)"),
            ] {
                body = body.replacing("\(name)=\(quote)\(ink)\(quote)", with: "\(name)=\(quote)currentColor\(quote)")
            }
        }
        if let opening = body.firstRange(of: "<title>"), let closing = body.firstRange(of: "</title>"), opening.upperBound <= closing.lowerBound {
            body.replaceSubrange(opening.upperBound..<closing.lowerBound, with: HTML.escaped(title))
        }
        return body
    }
}
