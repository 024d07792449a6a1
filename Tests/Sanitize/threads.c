// What belongs to a thread: working alone, an instruction set of its own; and the number of threads changing under work.
#include "driver.h"

#include <stdlib.h>
#include <string.h>

enum { rows = 300, columns = 260, depth = 280 };

static void multiply(const double *a, const double *b, double *c) {
    cc_error error;
    expect_status(cc_native_multiply(CC_F64, false, true, rows, columns, depth, 1, a, rows, b, columns, 0, c, rows, &error), CC_OK, &error,
                  "cc_native_multiply");
}

void call_threads(numbers *n) {
    double *a = exact_values(CC_F64, rows * depth, n, 1), *b = exact_values(CC_F64, columns * depth, n, 1);
    double *wanted = exact_values(CC_F64, rows * columns, n, 0), *c = exact_values(CC_F64, rows * columns, n, 0);
    multiply(a, b, wanted);
    const bool before = cc_thread_alone(true);
    multiply(a, b, c);
    expect(cc_thread_alone(before), "a thread was not alone");
    expect(!before && memcmp(c, wanted, rows * columns * sizeof(double)) == 0, "a thread alone has other bits");
    // Other threads compute meanwhile, and what they come to is checked where they do.
    const int32_t threads = cc_threads();
    cc_set_threads(1 + (int32_t)next_below(n, 4));
    multiply(a, b, c);
    cc_set_threads(threads);
    expect(cc_threads() >= 1 && memcmp(c, wanted, rows * columns * sizeof(double)) == 0, "the number of threads changes bits");
    const char *const all = cc_native_isa();
    static const char *const sets[] = {"avx512", "avx2", "generic"};
    for (int s = 0; s < 3; s++) {
        if (!cc_native_select_isa_here(sets[s])) continue;
        expect(strcmp(cc_native_isa(), sets[s]) == 0, "a thread chose %s and has %s", sets[s], cc_native_isa());
        multiply(a, b, c);
        for (int i = 0; i < rows * columns; i++) expect(c[i] - wanted[i] < 1e-11 && wanted[i] - c[i] < 1e-11, "%s: a product is wrong", sets[s]);
    }
    expect(!cc_native_select_isa_here("mmx") && cc_native_select_isa_here(NULL) && strcmp(cc_native_isa(), all) == 0, "a thread's choice remains");
    void *const memory[] = {a, b, wanted, c};
    for (int i = 0; i < 4; i++) free(memory[i]);
}
