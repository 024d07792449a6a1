/// SHA-256 (FIPS 180-4).
#ifndef RESIDUA_SHA256_H
#define RESIDUA_SHA256_H

#include <stddef.h>
#include <stdint.h>

/// A digest on its way: the state after all whole blocks so far, which begins as `cc_sha256_start`.
typedef struct cc_sha256 {
    uint32_t words[8];
} cc_sha256;

cc_sha256 cc_sha256_start(void);
/// Takes in `blocks` blocks of 64 bytes.
void cc_sha256_blocks(cc_sha256 *state, const uint8_t *bytes, size_t blocks);
/// Takes in the last bytes of a text of `length` bytes in all, of which `length % 64` are still to come, and its padding.
void cc_sha256_end(cc_sha256 *state, const uint8_t *rest, uint64_t length);
/// The digest of a state that has ended.
void cc_sha256_digest(const cc_sha256 *state, uint8_t digest[32]);

#endif
