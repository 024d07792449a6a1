/// Cuts the text of an expression into numbers, names and signs.
struct Lexer {
    enum Kind: Equatable {
        case number(Double)
        case name(String)
        /// One of + - * / ^ ( ) , =
        case sign(Character)
        case end
    }

    struct Token {
        let kind: Kind
        /// From 1, in the whole text.
        let column: Int
        let text: String
    }

    /// Longer texts are no equations.
    static let largestText = 20_000

    static func isName(_ text: String) -> Bool {
        guard let first = text.first else { return false }
        return beginsName(first) && text.allSatisfy(continuesName)
    }

    private static func beginsName(_ character: Character) -> Bool { character.isLetter }

    private static func continuesName(_ character: Character) -> Bool { character.isLetter || isDigit(character) || character == "_" }

    private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }

    /// The tokens of `text` from the character `first` on, an end mark last.
    static func tokens(of text: String, from first: Int = 0) throws(ExpressionError) -> [Token] {
        let characters = Array(text)
        guard characters.count <= largestText else {
            throw ExpressionError("The expression has \(characters.count) characters: at most \(largestText) are read.")
        }
        var tokens: [Token] = []
        var position = first
        while position < characters.count {
            let character = characters[position]
            let column = position + 1
            if character.isWhitespace {
                position += 1
            } else if beginsName(character) {
                let end = characters[position...].firstIndex { !continuesName($0) } ?? characters.count
                let name = String(characters[position..<end])
                tokens.append(Token(kind: .name(name), column: column, text: name))
                position = end
            } else if isDigit(character) || character == "." {
                let end = endOfNumber(characters, from: position)
                let digits = String(characters[position..<end])
                tokens.append(Token(kind: .number(try number(digits, text, column)), column: column, text: digits))
                position = end
            } else if "+-*/^(),=".contains(character) {
                guard !(character == "*" && position + 1 < characters.count && characters[position + 1] == "*") else {
                    throw ExpressionError("A power is written with ^, not **.", text: text, column: column)
                }
                tokens.append(Token(kind: .sign(character), column: column, text: String(character)))
                position += 1
            } else {
                throw ExpressionError(complaint(about: character), text: text, column: column)
            }
        }
        tokens.append(Token(kind: .end, column: characters.count + 1, text: "the end"))
        return tokens
    }

    private static func endOfNumber(_ characters: [Character], from start: Int) -> Int {
        var end = start
        func digits() { while end < characters.count, isDigit(characters[end]) { end += 1 } }
        digits()
        if end < characters.count, characters[end] == "." {
            end += 1
            digits()
        }
        // An exponent only if digits follow; otherwise the letter begins a name.
        if end < characters.count, characters[end] == "e" || characters[end] == "E" {
            var after = end + 1
            if after < characters.count, characters[after] == "+" || characters[after] == "-" { after += 1 }
            if after < characters.count, isDigit(characters[after]) {
                end = after
                digits()
            }
        }
        return end
    }

    private static func number(_ digits: String, _ text: String, _ column: Int) throws(ExpressionError) -> Double {
        guard let value = Double(digits.hasPrefix(".") ? "0" + digits : digits), digits != "." else {
            throw ExpressionError("\"\(digits)\" is not a number.", text: text, column: column)
        }
        guard value.isFinite else {
            throw ExpressionError("The number \(digits.prefix(24)) is too large: the largest is about 1.8e308.", text: text, column: column)
        }
        let mantissa = digits.prefix { $0 != "e" && $0 != "E" }
        guard value != 0 || !mantissa.contains(where: { "123456789".contains($0) }) else {
            throw ExpressionError("The number \(digits.prefix(24)) is too small: the smallest is about 5e-324.", text: text, column: column)
        }
        return value
    }

    private static func complaint(about character: Character) -> String {
        switch character {
        case "−", "–", "—": "The character \(character) has no meaning here: write - for minus."
        case "×", "·", "⋅", "∙": "The character \(character) has no meaning here: write * for a product."
        case "÷": "The character \(character) has no meaning here: write / for a quotient."
        case "²", "³": "The character \(character) has no meaning here: write ^2 or ^3 for a power."
        case "[", "]", "{", "}": "The bracket \(character) has no meaning here: use ( and )."
        default: "The character \"\(character)\" has no meaning in an expression: remove it."
        }
    }
}
