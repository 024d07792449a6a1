/// What a written report consists of.
public struct WrittenReport: Sendable {
    /// The page's path.
    public let page: String
    /// The names of all files in the folder, the page last.
    public let files: [String]
    /// Pictures that could not be drawn, one sentence each; empty when all were.
    public let notes: [String]

    public init(page: String, files: [String], notes: [String]) {
        self.page = page
        self.files = files
        self.notes = notes
    }
}

extension Report {
    /// Writes `index.html` with all pictures inside it, and beside it each picture's script, data and SVG.
    ///
    /// The page needs no other file, runs no JavaScript and loads nothing from elsewhere. Without gnuplot, or where it fails, scripts and data are
    /// written all the same and a note stands in the picture's place. The page is written last, each file beside its place and renamed.
    ///
    /// - Parameter gnuplot: the program that draws; nil for none.
    /// - Throws: `ReportError` when the folder or a file cannot be written, or a description does not fit together.
    public func write(to folder: String, gnuplot: Gnuplot? = Gnuplot()) throws(ReportError) -> WrittenReport {
        let place = try OutputFolder(folder)
        var files: [String] = []
        var notes: [String] = gnuplot == nil ? [Gnuplot.absence] : []
        var body = ""
        var figures = 0
        for section in sections {
            body += "<section>\n<h2>\(HTML.prose(section.title))</h2>\n"
            for block in section.blocks {
                switch block {
                case .paragraph(let text): body += "<p>\(HTML.prose(text))</p>\n"
                case .list(let items): body += "<ul>\n" + items.map { "<li>\(HTML.prose($0))</li>\n" }.joined() + "</ul>\n"
                case .verdicts(let rows): body += HTML.verdicts(rows)
                case .table(let table, let name, let caption):
                    var words = HTML.prose(caption)
                    if let name {
                        try place.write(table.csv, to: "\(name).csv")
                        files.append("\(name).csv")
                        words += " " + Self.links(["\(name).csv"])
                    }
                    body += HTML.table(table) + (words.isEmpty ? "" : "<p>\(words)</p>\n")
                case .download(let table, let name, let caption):
                    try place.write(table.csv, to: "\(name).csv")
                    files.append("\(name).csv")
                    body += "<p>\(HTML.prose(caption)) \(Self.links(["\(name).csv"]))</p>\n"
                case .link(let name, let caption): body += "<p>\(HTML.prose(caption)) \(Self.links([name]))</p>\n"
                case .figure(let figure):
                    figures += 1
                    let written = try Self.write(figure, to: place, gnuplot: gnuplot)
                    files += written.files
                    var picture: String
                    if let svg = written.svg {
                        picture = SVG.inlined(svg, prefix: "f\(figures)-", title: figure.title)
                    } else {
                        picture = "<p class=\"note\">\(HTML.escaped(written.note ?? Gnuplot.absence)).</p>"
                        if let note = written.note { notes.append(note) }
                    }
                    picture += "\n<figcaption><strong>\(HTML.prose(figure.title)).</strong> \(HTML.prose(figure.caption)) "
                    body += "<figure>\n\(picture)\(Self.links(written.files))</figcaption>\n</figure>\n"
                }
            }
            body += "</section>\n"
        }
        try place.write(page(body: body), to: "index.html")
        files.append("index.html")
        return WrittenReport(page: place.path(of: "index.html"), files: files, notes: notes)
    }

    private func page(body: String) -> String {
        let rows = facts.map { "<dt>\(HTML.escaped($0.name))</dt><dd>\(HTML.escaped($0.value))</dd>\n" }.joined()
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(HTML.escaped(title))</title>
            <style>
            \(HTML.style)
            </style>
            </head>
            <body>
            <header>
            <h1>\(HTML.prose(title))</h1>
            <p class="lead">\(HTML.prose(lead))</p>
            <dl class="facts">
            \(rows)</dl>
            </header>
            <main>
            \(body)</main>
            <footer>Every picture can be drawn again from the script and data named below it: change them and run gnuplot in this folder.</footer>
            </body>
            </html>

            """
    }

    private static func links(_ names: [String]) -> String {
        "<small>" + names.map { "<a href=\"\(HTML.escaped($0))\">\(HTML.escaped($0))</a>" }.joined(separator: " · ") + "</small>"
    }

    /// Script and data of one figure, and its picture where gnuplot draws it.
    private static func write(
        _ figure: Figure, to place: OutputFolder, gnuplot: Gnuplot?
    ) throws(ReportError) -> (files: [String], svg: String?, note: String?) {
        let script = try GnuplotScript(figure)
        var files: [String] = []
        for (name, table) in script.files {
            try place.write(table.csv, to: name)
            files.append(name)
        }
        try place.write(script.text, to: "\(figure.name).gp")
        files.append("\(figure.name).gp")
        guard let gnuplot else { return (files, nil, nil) }
        do {
            let svg = try gnuplot.draw(figure.name, in: place)
            return (files + ["\(figure.name).svg"], svg, nil)
        } catch {
            guard case .gnuplot = error else { throw error }
            return (files, nil, "\(error)")
        }
    }
}
