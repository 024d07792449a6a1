#include "sha256.h"

#include <string.h>

static const uint32_t rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static inline uint32_t rotate(uint32_t x, int by) { return x >> by | x << (32 - by); }

static inline uint32_t big_endian(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

cc_sha256 cc_sha256_start(void) {
    return (cc_sha256){{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

#define UNROLLED _Pragma("clang loop unroll(full)")

// The letters stay where they are and the round's names move around them, so that eight rounds need no copying.
#define ROUND(a, b, c, d, e, f, g, h, i) do { \
        const uint32_t t = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + (g ^ (e & (f ^ g))) + rounds[i] + w[(i) % 16]; \
        d += t; \
        h = t + (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) | (c & (a | b))); \
    } while (0)

void cc_sha256_blocks(cc_sha256 *state, const uint8_t *bytes, size_t blocks) {
    uint32_t *s = state->words;
    for (; blocks > 0; blocks--, bytes += 64) {
        uint32_t w[16], a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
        UNROLLED for (int i = 0; i < 16; i++) w[i] = big_endian(bytes + 4 * i);
        UNROLLED for (int i = 0; i < 64; i += 16) {
            if (i > 0) {
                UNROLLED for (int k = 0; k < 16; k++) {
                    const uint32_t x = w[(k + 1) % 16], y = w[(k + 14) % 16];
                    w[k] += (rotate(x, 7) ^ rotate(x, 18) ^ x >> 3) + w[(k + 9) % 16] + (rotate(y, 17) ^ rotate(y, 19) ^ y >> 10);
                }
            }
            UNROLLED for (int k = 0; k < 16; k += 8) {
                ROUND(a, b, c, d, e, f, g, h, i + k);
                ROUND(h, a, b, c, d, e, f, g, i + k + 1);
                ROUND(g, h, a, b, c, d, e, f, i + k + 2);
                ROUND(f, g, h, a, b, c, d, e, i + k + 3);
                ROUND(e, f, g, h, a, b, c, d, i + k + 4);
                ROUND(d, e, f, g, h, a, b, c, i + k + 5);
                ROUND(c, d, e, f, g, h, a, b, i + k + 6);
                ROUND(b, c, d, e, f, g, h, a, i + k + 7);
            }
        }
        s[0] += a, s[1] += b, s[2] += c, s[3] += d, s[4] += e, s[5] += f, s[6] += g, s[7] += h;
    }
}

void cc_sha256_end(cc_sha256 *state, const uint8_t *rest, uint64_t length) {
    uint8_t block[128] = {0};
    const size_t left = length % 64, blocks = left < 56 ? 1 : 2;
    if (left > 0) memcpy(block, rest, left);
    block[left] = 0x80;
    for (int i = 0; i < 8; i++) block[64 * blocks - 1 - i] = (uint8_t)(length * 8 >> (8 * i));
    cc_sha256_blocks(state, block, blocks);
}

void cc_sha256_digest(const cc_sha256 *state, uint8_t digest[32]) {
    for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(state->words[i / 4] >> (24 - 8 * (i % 4)));
}
