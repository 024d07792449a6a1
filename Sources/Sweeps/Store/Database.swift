import CSQLite

/// A SQLite file. Used by one thread.
final class Database {
    let path: String
    private var handle: OpaquePointer?
    /// With others who write, in milliseconds.
    private static let patience: Int32 = 120_000

    /// Opens or makes the file, with a write-ahead log and two minutes' patience for others who write.
    ///
    /// - Parameter isTemporary: an empty one in the system's folder for temporary files, which is gone with the process; `path` is for sentences alone.
    /// - Throws: `SweepError.database` or `.disk`.
    init(_ path: String, isTemporary: Bool = false) throws(SweepError) {
        self.path = path
        let code = sqlite3_open_v2(isTemporary ? "" : path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK else { throw failure(code) }
        sqlite3_busy_timeout(handle, Database.patience)
        try execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY")
    }

    deinit { sqlite3_close_v2(handle) }

    /// Marks a new file's tables with a version, and refuses those of another.
    func require(version: Int) throws(SweepError) {
        let known = try prepare("PRAGMA user_version")
        let found = try known.step() ? known.integer(0) ?? 0 : 0
        known.reset()
        if found == version { return }
        let tables = try prepare("SELECT count(*) FROM sqlite_master")
        guard found == 0, try tables.step(), tables.integer(0) == 0 else {
            throw .database(path: path, reason: "its tables are those of another version of this program")
        }
        tables.reset()
        try execute("PRAGMA user_version = \(version)")
    }

    func failure(_ code: Int32) -> SweepError {
        let text = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
        switch code & 0xFF {
        case SQLITE_FULL: return .disk(path: path, reason: "the disk is full")
        case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_IOERR, SQLITE_PERM: return .disk(path: path, reason: text)
        case SQLITE_BUSY, SQLITE_LOCKED: return .busy(path: path, holder: "another process")
        case SQLITE_CORRUPT, SQLITE_NOTADB: return .database(path: path, reason: "this is no sound SQLite file (\(text))")
        default: return .database(path: path, reason: text)
        }
    }

    /// Statements without results.
    func execute(_ sql: String) throws(SweepError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    func prepare(_ sql: String) throws(SweepError) -> Statement {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else { throw failure(code) }
        return Statement(statement, self)
    }

    /// Rows changed by the last statement.
    var changes: Int { Int(sqlite3_changes(handle)) }
    var lastRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// All or nothing; within another transaction a part of that.
    func transaction(_ body: () throws(SweepError) -> Void) throws(SweepError) {
        guard sqlite3_get_autocommit(handle) != 0 else { return try body() }
        try commit("BEGIN IMMEDIATE", body)
    }

    /// One transaction without a log, in which each page is written once: what was there before is kept beside the file until the end, which is cheap as
    /// long as that is little. Meanwhile the file is nobody else's.
    ///
    /// - Returns: false, without `body` being called, where others have the file open.
    func build(_ body: () throws(SweepError) -> Void) throws(SweepError) -> Bool {
        sqlite3_busy_timeout(handle, 0)
        let isAlone = sqlite3_exec(handle, "PRAGMA journal_mode=DELETE", nil, nil, nil) == SQLITE_OK
        sqlite3_busy_timeout(handle, Database.patience)
        guard isAlone else { return false }
        // Where others have come by then, the log is back with whoever opens the file next.
        defer { sqlite3_exec(handle, "PRAGMA journal_mode=WAL", nil, nil, nil) }
        try commit("BEGIN EXCLUSIVE", body)
        return true
    }

    private func commit(_ begin: String, _ body: () throws(SweepError) -> Void) throws(SweepError) {
        try execute(begin)
        do throws(SweepError) {
            try body()
            try execute("COMMIT")
        } catch {
            sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
            throw error
        }
    }
}

/// A prepared statement. What is bound as bytes has to live until the next step or reset.
final class Statement {
    private let handle: OpaquePointer
    private let database: Database

    fileprivate init(_ handle: OpaquePointer, _ database: Database) {
        self.handle = handle
        self.database = database
    }

    deinit { sqlite3_finalize(handle) }

    /// - Parameter index: from 1.
    func bind(_ index: Int32, _ value: Int?) {
        if let value { sqlite3_bind_int64(handle, index, Int64(value)) } else { sqlite3_bind_null(handle, index) }
    }

    func bind(_ index: Int32, _ value: Double?) {
        if let value { sqlite3_bind_double(handle, index, value) } else { sqlite3_bind_null(handle, index) }
    }

    /// Copied.
    func bind(_ index: Int32, _ text: String?) {
        let copying = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        if let text { sqlite3_bind_text(handle, index, text, Int32(text.utf8.count), copying) } else { sqlite3_bind_null(handle, index) }
    }

    /// UTF-8, not copied.
    func bind(_ index: Int32, text bytes: UnsafeRawBufferPointer?) {
        guard let bytes, let base = bytes.baseAddress else {
            sqlite3_bind_null(handle, index)
            return
        }
        sqlite3_bind_text(handle, index, base.assumingMemoryBound(to: CChar.self), Int32(bytes.count), nil)
    }

    /// Not copied.
    func bind(_ index: Int32, blob bytes: UnsafeRawBufferPointer) { sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), nil) }

    /// - Returns: whether there is a row.
    func step() throws(SweepError) -> Bool {
        let code = sqlite3_step(handle)
        guard code == SQLITE_ROW || code == SQLITE_DONE else {
            sqlite3_reset(handle)
            throw database.failure(code)
        }
        return code == SQLITE_ROW
    }

    /// Steps once and is ready again.
    func run() throws(SweepError) {
        _ = try step()
        reset()
    }

    func reset() { sqlite3_reset(handle) }

    func integer(_ column: Int32) -> Int? { sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : Int(sqlite3_column_int64(handle, column)) }
    func number(_ column: Int32) -> Double? { sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : sqlite3_column_double(handle, column) }
    func text(_ column: Int32) -> String? { sqlite3_column_text(handle, column).map { String(cString: $0) } }

    /// A text or a blob where it lies, until the next step or reset.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let base = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: base, count: base == nil ? 0 : Int(sqlite3_column_bytes(handle, column)))
    }

    /// Little-endian doubles.
    func numbers(_ column: Int32) -> [Double] {
        guard let base = sqlite3_column_blob(handle, column) else { return [] }
        return (0..<Int(sqlite3_column_bytes(handle, column)) / 8).map { place in
            Double(bitPattern: UInt64(littleEndian: base.loadUnaligned(fromByteOffset: 8 * place, as: UInt64.self)))
        }
    }
}
