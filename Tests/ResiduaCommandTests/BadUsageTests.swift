import Foundation
import Testing

@Suite struct BadUsageTests {
    private func refuse(_ options: [String], _ words: String) throws { try expectRefusal(["spectrum", "poisson1d"] + options, 64, words) }

    @Test func optionsAreRefused() throws {
        for cut in ["0", "1", "2", "nan", "inf"] { try refuse(["--cut", cut], "between 0 and 1") }
        try refuse(["--cut=-1"], "between 0 and 1")
        try refuse(["--cut", "-1"], "--option=value")
        try refuse(["--activation", "wobble"], "the names are")
        for range in ["0", "nan", "inf", "-1", "1e300"] { try refuse(["--range=\(range)"], "positive number") }
        for points in ["0", "-5"] { try refuse(["--points=\(points)"], "at least one point") }
        try refuse(["--features", "0"], "at least one feature")
        try refuse(["--features", "1000000000"], "this computer has")
        try refuse(["--features", "9223372036854775807"], "this computer has")
        for points in ["1000000000000", "9223372036854775807"] {
            try refuse(["--points", points], "this computer has")
            try refuse(["--points", points, "--sampling", "sobol"], "this computer has")
            try expectRefusal(["spectrum", "poisson2d", "--points", points], 64, "this computer has")
        }
        try refuse(["--threads", "0"], "--threads 0")
        try refuse(["--precision", "f16"], "f16")
        try refuse(["--nosuch"], "--nosuch")
        try expectRefusal(["spectrum"], 64, "Name a problem")
        try expectRefusal(["spectrum", "nosuch"], 64, "no problem \"nosuch\"")
        try expectRefusal(["nosuchverb"], 64, "nosuchverb")
        try expectRefusal(["bench", "--quiet", "--workload", "W99"], 64, "W99")
        try expectRefusal(["matmul", "--size", "0x1x1"], 64, "MxNxK")
        try expectRefusal(["matmul", "--size", "100000x100000x100000"], 64, "memory")
    }

    @Test func trainingsAreRefused() throws {
        let train = ["train", "poisson1d", "--layers", "1,4,1", "--steps", "2"]
        try expectRefusal(train + ["--weights", "fixed:1,2,3"], 64, "2 terms")
        try expectRefusal(train + ["--log-every", "2", "--spectrum-every", "3"], 64, "multiple of --log-every")
        try expectRefusal(["train", "poisson1d", "--layers", "2,4,1"], 64, "takes 2 coordinates")
        try expectRefusal(["train", "poisson2d", "--layers", "1,4,1"], 64, "takes 1 coordinate and the problem has 2")
        try expectRefusal(train + ["--tolerance=-1"], 64, "--tolerance -1: give")
        try expectRefusal(train + ["--tolerance", "nan"], 64, "--tolerance nan: give")
        try expectRefusal(["compare"] + train.dropFirst() + ["--tolerance", "0"], 64, "--tolerance 0: give")
        #expect(try Program(["train", "poisson1d", "--layers", "1,4,1", "--steps", "1"]).output.contains("after 1 step and"))
        try expectRefusal(train + ["--unknowns", "v"], 64, "--unknowns goes with --equation")
        // Without --log-every, lines come where spectra do.
        let lines = try Program(train + ["--spectrum-every", "2", "--json"]).output.split(separator: "\n")
        #expect(lines.count == 3 && lines.dropLast().allSatisfy { !$0.contains("\"entropy\":null") })
        // A hint that is nothing like the name is left out.
        #expect(try !Program(["spectrum", "nosuchthing"]).errors.contains("nearest"))
        #expect(try Program(["spectrum", "posson1d"]).errors.contains("the nearest name is \"poisson1d\""))
    }

    /// What would be given in vain: the option, who uses it and what to do.
    @Test func optionsWithoutEffectAreRefused() throws {
        let train = ["train", "poisson1d", "--layers", "1,4,1", "--steps", "2", "--quiet"]
        func refuse(_ options: [String], _ words: String, _ verb: [String]? = nil) throws { try expectRefusal((verb ?? train) + options, 64, words) }
        for optimizer in ["lbfgs", "bfgs", "ssbroyden", "lm", "gn"] {
            let run = try Program(Array(train.dropLast()) + ["--optimizer", optimizer, "--learning-rate", "1e-3"])
            #expect(run.status == 0 && run.errors.contains("--learning-rate has no effect with \(optimizer)"))
        }
        for optimizer in ["gd", "lbfgs", "lm"] { try refuse(["--optimizer", optimizer, "--decay-factor", "0.5"], "belongs to adam and adamw") }
        try refuse(["--optimizer-cut", "1e-4"], "--optimizer-cut: it belongs to gn, and adam does not use it")
        try refuse(["--optimizer", "lm", "--optimizer-cut", "1e-4"], "belongs to gn")
        try refuse(["--history", "50"], "belongs to lbfgs")
        try refuse(["--weight-decay", "0.01"], "belongs to adamw")
        try refuse(["--decay-steps", "10"], "give --decay-factor")
        try refuse(["--init-range", "2"], "the law glorot-normal has no range")
        try refuse(["--optimizer", "lm", "--init-range", "2", "--initialization", "pytorch"], "the law pytorch has no range")
        try refuse(["--checkpoint-every", "10"], "give --checkpoint FILE")
        try refuse(["--cut", "1e-9", "--spectrum-every", "0"], "--spectrum-every 0 takes none")
        let model = ["train", "poisson1d", "--model", reference("line-model.safetensors"), "--steps", "1"]
        try refuse(["--initialization", "spread"], "--model brings its own", model)
        try refuse(["--init-range", "2"], "--model brings its own", model)
        let data = train + ["--data", reference("line-data.safetensors")]
        try refuse(["--points", "30"], "where --data brings them", data)
        try refuse(["--sampling", "sobol"], "where --data brings them", data)
        let used: [[String]] = [
            ["--optimizer", "lm", "--init-range", "3"], ["--optimizer", "gn", "--optimizer-cut", "1e-3"], ["--optimizer", "lbfgs", "--history", "3"],
            ["--optimizer", "adamw", "--weight-decay", "0.1", "--decay-factor", "0.9", "--decay-steps", "5"],
            ["--initialization", "siren", "--init-range", "7"], ["--optimizer", "gd", "--learning-rate", "auto"], ["--cut", "1e-9"],
        ]
        for options in used { #expect(try Program(train + options).status == 0, "\(options)") }
        try refuse(["--optimizer", "lm", "--history", "5"], "belongs to lbfgs", ["compare", "poisson1d", "--layers", "1,4,1"])
    }

    @Test func derivativesAreRefused() throws {
        for (text, words) in [
            ("fd:3:1e-3", "accuracy \"3\""), ("fd:2:-1", "step \"-1\""), ("fd:2:0", "step \"0\""), ("fd:2:nan", "step \"nan\""),
            ("foo", "not a derivative method"), ("fd", "accuracy and a step"), ("fd:2:1e-3/f16", "\"f16\""), ("fd:2:1e-300", "too small"),
        ] { try refuse(["--derivative", text], words) }
    }

    @Test func equationsAreRefusedWithACaret() throws {
        let files = ["--model", reference("line-model.safetensors"), "--data", reference("line-data.safetensors")]
        for (text, words, column) in [
            ("laplacian(u) - q", "name q is unknown", 15), ("laplacian(u", "never closed", 9), ("u_xxxxx - f", "order 5", 0),
            ("", "empty", 0), ("u_xx = = f", "one =", 7), ("u_xx - f/0", "divides by zero", 8),
            ("u*u_x - f", "not linear", nil), ("x*u_xx - f", "not constant", nil), ("f", "does not contain", nil),
        ] as [(String, String, Int?)] {
            let arguments = ["spectrum"] + files + ["--equation", text]
            try expectRefusal(arguments, 64, words)
            if let column {
                let shown = try Program(arguments).errors.split(separator: "\n", omittingEmptySubsequences: false)
                #expect(shown.count > 2 && shown[2] == String(repeating: " ", count: 2 + column) + "^", "\(text)")
            }
        }
        for (text, words) in [
            ("boundary: u - q", "name q is unknown"), ("boundary u - g", "NAME: EQUATION"), (": u", "NAME: EQUATION"),
            ("boundary: u - g, weight -1", "positive number"), ("boundary: u*u - g", "not linear"),
        ] { try expectRefusal(["spectrum"] + files + ["--equation", "laplacian(u) - f", "--condition", text], 64, words) }
        let equation = ["--equation", "laplacian(u) - f", "--condition"]
        let normals = "u_n needs the outward normal: give it with the points as normal_x, an array"
        try expectRefusal(["spectrum"] + files + equation + ["boundary: u_n - g"], 64, normals)
        try expectRefusal(["spectrum"] + files + ["--equation", "u_n - f"], 64, "only stands in a condition on a boundary")
        try expectRefusal(["spectrum"] + files + equation + ["side: u - g"], 65, "no array \"side\"")
        try expectRefusal(["spectrum"] + files + equation + ["boundary: u - f"], 65, "[2] is needed")
        try expectRefusal(["spectrum"] + equation.dropLast(), 64, "--data")
    }

    @Test func devicesAreRefused() throws {
        try refuse(["--device", "foo"], "names no device")
        try expectRefusal(["spectrum", "poisson1d", "--device", "opencl:99"], 69, "opencl:99")
        try expectRefusal(["devices", "--device", "opencl:99"], 69, "opencl:99")
        try expectRefusal(["spectrum", "poisson1d"], 64, "names no device", environment: ["RESIDUA_DEVICE": "foo"])
        try expectRefusal(
            ["spectrum", "poisson1d", "--device", "opencl"], 69, "unset", environment: ["RESIDUA_OPENCL_LIBRARY": "/nonexistent"])
        // Without a loader there is another remedy, and none of the two may go missing.
        try expectRefusal(["spectrum", "poisson1d", "--device", "opencl"], 69, "opencl", environment: ["OCL_ICD_VENDORS": "/nonexistent"])
    }

    @Test func withoutALoaderTheNativePathDoesTheWork() throws {
        let without: [String: String?] = ["RESIDUA_OPENCL_LIBRARY": "/nonexistent"]
        let devices = try Program(["devices", "--json"], environment: without).json()
        #expect(devices["chosen"] as? String == "native")
        #expect((devices["loader"] as? String)?.contains("/nonexistent") == true)
        #expect(try Program(["devices"], environment: without).output.contains("RESIDUA_OPENCL_LIBRARY"))
        let spectrum = try Program(["spectrum", "poisson1d", "--features", "20", "--json"], environment: without).json()
        #expect((spectrum["device"] as? String)?.hasPrefix("native") == true)
        #expect(try Program(["devices"], environment: ["OCL_ICD_VENDORS": "/nonexistent"]).status == 0)
    }

    @Test func studiesAreRefusedBeforeTheyBegin() throws {
        let folder = try Folder()
        try expectRefusal(["reproduce", "--only", "X9", "--out", folder.path("r")], 64, "X9")
        try expectRefusal(["reproduce", "--quick", "--full"], 64, "not both")
        let file = try folder.write(Data("kept".utf8), "file")
        for verb in ["demo", "reproduce"] {
            try expectRefusal([verb, "--out", file], 64, "in the way")
            try expectRefusal([verb, "--out", file + "/r"], 64, "cannot be used")
            try expectRefusal([verb, "--out", "/proc/nowhere"], 64, "cannot be used")
        }
        #expect(folder.contents == ["file"])
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "kept")
    }
}
