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
#include "sha256.h"

static const char magic[8] = {'R', 'E', 'S', 'I', 'D', 'U', 'A', '1'};
enum { HEADER = 8 + 32 + 8 + 32, LARGEST = 64 << 20 };

// MARK: Keys

ocl_key ocl_hash(const void *const *parts, const size_t *sizes, int count) {
    cc_sha256 state = cc_sha256_start();
    uint8_t block[64];
    uint64_t length = 0;
    for (int i = 0; i < count; i++) {
        const uint8_t *from = parts[i];
        for (size_t left = sizes[i]; left > 0;) {
            const size_t filled = length % 64;
            if (filled == 0 && left >= 64) {
                const size_t whole = left / 64 * 64;
                cc_sha256_blocks(&state, from, whole / 64);
                length += whole, from += whole, left -= whole;
                continue;
            }
            const size_t taken = left < 64 - filled ? left : 64 - filled;
            memcpy(block + filled, from, taken);
            length += taken, from += taken, left -= taken;
            if (length % 64 == 0) cc_sha256_blocks(&state, block, 1);
        }
    }
    ocl_key key;
    cc_sha256_end(&state, block, length);
    cc_sha256_digest(&state, key.bytes);
    return key;
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
