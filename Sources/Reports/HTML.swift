/// Pieces of HTML.
enum HTML {
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.append(character)
            }
        }
        return result
    }

    /// Running text: escaped, words between backticks as code.
    static func prose(_ text: String) -> String {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        guard parts.count % 2 == 1 else { return escaped(text) }
        return parts.enumerated().map { $0 % 2 == 1 ? "<code>\(escaped(String($1)))</code>" : escaped(String($1)) }.joined()
    }

    static func table(_ table: Table) -> String {
        var text =
            "<div class=\"wide\"><table>\n<thead><tr>" + table.columns.map { "<th scope=\"col\">\(prose($0))</th>" }.joined()
            + "</tr></thead>\n<tbody>\n"
        for row in table.rows {
            text +=
                "<tr>"
                + row.map { cell in
                    if case .text(let words) = cell { return "<td>\(prose(words))</td>" }
                    return "<td class=\"n\">\(escaped(Table.shown(cell)))</td>"
                }.joined() + "</tr>\n"
        }
        return text + "</tbody></table></div>\n"
    }

    static func verdicts(_ rows: [VerdictRow]) -> String {
        var text =
            "<div class=\"wide\"><table class=\"verdicts\">\n<thead><tr><th scope=\"col\">id</th><th scope=\"col\">claim</th><th scope=\"col\">holds when</th>"
        text += "<th scope=\"col\">observed</th><th scope=\"col\">verdict</th></tr></thead>\n<tbody>\n"
        for row in rows {
            let mark = row.asRecorded ? "" : " <strong class=\"differs\">differs from the record: \(escaped(row.recorded))</strong>"
            text += "<tr><td>\(escaped(row.id))</td><td>\(prose(row.claim))</td><td>\(prose(row.threshold))</td><td>\(prose(row.observed))</td>"
            text += "<td class=\"\(row.tone.rawValue)\">\(escaped(row.verdict))\(mark)</td></tr>\n"
        }
        return text + "</tbody></table></div>\n"
    }

    /// The page's style: system fonts, the reader's own light or dark scheme, ink on paper in print.
    static let style = """
        :root { color-scheme: light dark; }
        body { font: 16px/1.55 system-ui, "Helvetica Neue", Helvetica, Arial, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1.2rem; }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; }
        h2 { font-size: 1.35rem; margin: 2.4rem 0 .6rem; border-bottom: 1px solid rgba(128,128,128,.45); padding-bottom: .2rem; }
        p, li { max-width: 48rem; }
        p.lead { font-size: 1.1rem; }
        dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1.2rem; font-size: .92rem; }
        dl.facts dt { opacity: .75; } dl.facts dd { margin: 0; }
        figure { margin: 1.4rem 0 2rem; }
        figure svg { width: 100%; height: auto; }
        figcaption { font-size: .92rem; max-width: 48rem; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; font-size: .9rem; margin: .8rem 0; }
        th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid rgba(128,128,128,.3); }
        td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        table.verdicts td:last-child { border-left: .3rem solid; padding-left: .6rem; min-width: 9rem; }
        td.holds { border-left-color: #009e73 !important; } td.partly { border-left-color: #e69f00 !important; } td.fails { border-left-color: #d55e00 !important; }
        .differs { display: block; color: #d55e00; }
        .note { border-left: .3rem solid #e69f00; padding: .2rem .8rem; }
        code { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, monospace; font-size: .9em; }
        footer { margin-top: 3rem; font-size: .85rem; opacity: .75; }
        @media print { body { max-width: none; margin: 0; font-size: 11pt; } figure, tr { break-inside: avoid; } h2 { break-after: avoid; } a { color: inherit; } }
        """
}
