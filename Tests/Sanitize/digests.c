// SHA-256: known digests, of texts that end where their memory does and come in parts of any size.
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sha256.h"

static void digest_of(const uint8_t *text, size_t length, numbers *n, char hex[65]) {
    cc_sha256 state = cc_sha256_start();
    size_t done = 0;
    while (length - done >= 64) {
        const size_t blocks = 1 + (size_t)next_below(n, (int64_t)((length - done) / 64));
        cc_sha256_blocks(&state, text + done, blocks);
        done += blocks * 64;
    }
    cc_sha256_blocks(&state, NULL, 0);
    cc_sha256_end(&state, length > done ? text + done : NULL, length);
    uint8_t digest[32];
    cc_sha256_digest(&state, digest);
    for (int i = 0; i < 32; i++) snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

void call_digests(numbers *n) {
    // Of so many letters "a" (FIPS 180-4; sha256sum).
    static const struct { size_t length; const char *digest; } known[] = {
        {0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}, {1, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"},
        {55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"}, {56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
        {63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"}, {64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
        {65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"}, {1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint8_t *text = exact_memory(known[i].length);
        if (known[i].length > 0) memset(text, 'a', known[i].length);
        char hex[65];
        digest_of(text, known[i].length, n, hex);
        expect(strcmp(hex, known[i].digest) == 0, "the digest of %zu letters is %s", known[i].length, hex);
        free(text);
    }
}
