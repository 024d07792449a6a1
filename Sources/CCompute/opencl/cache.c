/// Built programs kept on disk, one file each, named by the hash of all that determines them.
///
/// File: magic (8 bytes), key (32), length of the binary (8, little-endian), SHA-256 of the binary (32), the binary. Whatever does not
/// fit is passed over in silence, and the program built from its source.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "opencl.h"

static const char magic[8] = {'R', 'E', 'S', 'I', 'D', 'U', 'A', '1'};
enum { HEADER = 8 + 32 + 8 + 32, LARGEST = 64 << 20 };

// MARK: SHA-256 (FIPS 180-4)

static const uint32_t rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

typedef struct sha256 {
    uint32_t h[8];
    uint8_t block[64];
    uint64_t length;
} sha256;

static uint32_t rotate(uint32_t x, int by) { return x >> by | x << (32 - by); }

static void digest_block(sha256 *s) {
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)s->block[4 * i] << 24 | (uint32_t)s->block[4 * i + 1] << 16 | (uint32_t)s->block[4 * i + 2] << 8 | s->block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        const uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] + (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
    memcpy(v, s->h, sizeof v);
    for (int i = 0; i < 64; i++) {
        const uint32_t e = v[4], a = v[0];
        const uint32_t t = v[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & v[5]) ^ (~e & v[6])) + rounds[i] + w[i];
        const uint32_t u = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t;
        v[0] = t + u;
    }
    for (int i = 0; i < 8; i++) s->h[i] += v[i];
}

static void digest(sha256 *s, const void *from, size_t size) {
    for (const uint8_t *p = from; size > 0; size--) {
        s->block[s->length++ % 64] = *p++;
        if (s->length % 64 == 0) digest_block(s);
    }
}

static ocl_key digest_end(sha256 *s) {
    const uint64_t bits = s->length * 8;
    const uint8_t one = 0x80, zero = 0;
    digest(s, &one, 1);
    while (s->length % 64 != 56) digest(s, &zero, 1);
    for (int i = 7; i >= 0; i--) digest(s, &(uint8_t){(uint8_t)(bits >> (8 * i))}, 1);
    ocl_key key;
    for (int i = 0; i < 32; i++) key.bytes[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
    return key;
}

ocl_key ocl_hash(const void *const *parts, const size_t *sizes, int count) {
    sha256 s = {{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}, {0}, 0};
    for (int i = 0; i < count; i++) digest(&s, parts[i], sizes[i]);
    return digest_end(&s);
}

ocl_key ocl_program_key(const ocl_device *d, const char *source, const char *options) {
    // The terminating zeros keep one part from running into the next.
    const char *const texts[] = {source, options, d->info.name, d->info.vendor, d->info.driver, d->info.version, d->entry->platform_text};
    const void *parts[8];
    size_t sizes[8];
    for (int i = 0; i < 7; i++) {
        parts[i] = texts[i];
        sizes[i] = strlen(texts[i]) + 1;
    }
    parts[7] = magic;
    sizes[7] = sizeof magic;
    return ocl_hash(parts, sizes, 8);
}

// MARK: Files

/// The folder of the cache, made if need be; false when there is none.
static bool folder(char *path, size_t size) {
    const char *own = getenv("RESIDUA_CACHE_DIR"), *user = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int length = -1;
    if (own && *own)
        length = snprintf(path, size, "%s", own);
    else if (user && *user == '/')
        length = snprintf(path, size, "%s/residua", user);
    else if (home && *home == '/')
        length = snprintf(path, size, "%s/.cache/residua", home);
    if (length <= 0 || (size_t)length >= size) return false;
    for (char *c = path + 1; *c; c++)
        if (*c == '/') {
            *c = 0;
            mkdir(path, 0777);
            *c = '/';
        }
    mkdir(path, 0777);
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static bool file_name(ocl_key key, char *path, size_t size) {
    if (!folder(path, size)) return false;
    const size_t used = strlen(path);
    if (used + 1 + 64 + 4 + 1 > size) return false;
    char *end = path + used;
    *end++ = '/';
    for (int i = 0; i < 32; i++) end += snprintf(end, 3, "%02x", key.bytes[i]);
    memcpy(end, ".bin", 5);
    return true;
}

void *ocl_cache_load(ocl_key key, size_t *size) {
    char path[4096];
    if (!file_name(key, path, sizeof path)) return NULL;
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    uint8_t header[HEADER];
    uint64_t length = 0;
    void *binary = NULL;
    if (fread(header, 1, HEADER, file) == HEADER && memcmp(header, magic, 8) == 0 && memcmp(header + 8, key.bytes, 32) == 0) {
        for (int i = 0; i < 8; i++) length |= (uint64_t)header[40 + i] << (8 * i);
        if (length > 0 && length <= LARGEST) binary = malloc(length);
    }
    if (binary) {
        const bool whole = fread(binary, 1, length, file) == length && fgetc(file) == EOF;
        const ocl_key found = ocl_hash((const void *const[]){binary}, (const size_t[]){length}, 1);
        if (!whole || memcmp(found.bytes, header + 48, 32) != 0) {
            free(binary);
            binary = NULL;
        }
    }
    fclose(file);
    *size = binary ? length : 0;
    return binary;
}

void ocl_cache_store(ocl_key key, const void *binary, size_t size) {
    char path[4096], beside[4200];
    if (size == 0 || size > LARGEST || !file_name(key, path, sizeof path)) return;
    snprintf(beside, sizeof beside, "%s.XXXXXX", path);
    const int descriptor = mkstemp(beside);
    if (descriptor < 0) return;
    FILE *file = fdopen(descriptor, "wb");
    if (!file) {
        close(descriptor);
        unlink(beside);
        return;
    }
    uint8_t header[HEADER];
    memcpy(header, magic, 8);
    memcpy(header + 8, key.bytes, 32);
    for (int i = 0; i < 8; i++) header[40 + i] = (uint8_t)((uint64_t)size >> (8 * i));
    const ocl_key sum = ocl_hash((const void *const[]){binary}, (const size_t[]){size}, 1);
    memcpy(header + 48, sum.bytes, 32);
    const bool written = fwrite(header, 1, HEADER, file) == HEADER && fwrite(binary, 1, size, file) == size;
    if (fclose(file) != 0 || !written || rename(beside, path) != 0) unlink(beside);
}
