// The cache of built programs: what is stored by many at once under one key is found whole or not at all; cut files are not believed.
#include "driver.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../Sources/CCompute/opencl/opencl.h"

static char folder[] = "/tmp/residua-sanitize-XXXXXX";

/// The file of a key in the folder.
static void file_of(ocl_key key, char path[160]) {
    int used = snprintf(path, 160, "%s/", folder);
    for (int i = 0; i < 32; i++) used += snprintf(path + used, 3, "%02x", key.bytes[i]);
    snprintf(path + used, 5, ".bin");
}

static ocl_key key_of(const char *text) {
    const void *const parts[] = {text};
    const size_t sizes[] = {strlen(text)};
    return ocl_hash(parts, sizes, 1);
}

void open_caches(void) {
    if (mkdtemp(folder)) setenv("RESIDUA_CACHE_DIR", folder, 1);
    else expect(false, "no folder can be made in /tmp");
}

void close_caches(void) {
    DIR *directory = opendir(folder);
    expect(directory != NULL, "the cache's folder is gone");
    // Whole entries, programs' binaries among them, and nothing half-written.
    for (const struct dirent *entry; directory && (entry = readdir(directory)) != NULL;) {
        const size_t length = strlen(entry->d_name);
        if (length != 68 || strcmp(entry->d_name + 64, ".bin") != 0) continue;
        char path[160];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        unlink(path);
    }
    if (directory) closedir(directory);
    expect(rmdir(folder) == 0, "files are left in the cache");
}

/// `length` bytes that tell how many they are.
static uint8_t *binary_of(size_t length) {
    uint8_t *binary = exact_memory(length);
    for (size_t i = 0; i < length; i++) binary[i] = (uint8_t)(length * 31 + i * 7);
    return binary;
}

static void look(ocl_key key) {
    size_t length = 1;
    uint8_t *found = ocl_cache_load(key, &length), *wanted = found ? binary_of(length) : NULL;
    expect(found ? memcmp(found, wanted, length) == 0 : length == 0, "a mixture of %zu bytes was loaded", length);
    free(found);
    free(wanted);
}

void call_caches(numbers *n) {
    const ocl_key shared = key_of("one for all");
    for (int i = 0; i < 12; i++) {
        const size_t length = 1 + (size_t)next_below(n, 40000);
        uint8_t *binary = binary_of(length);
        ocl_cache_store(shared, binary, length);
        look(shared);
        free(binary);
    }
    // A file of the thread's own, cut anywhere.
    char name[64], path[160];
    snprintf(name, sizeof name, "%p", (void *)n);
    const ocl_key own = key_of(name);
    file_of(own, path);
    uint8_t *binary = binary_of(500);
    ocl_cache_store(own, binary, 500);
    size_t length = 0;
    uint8_t *found = ocl_cache_load(own, &length);
    expect(found && length == 500 && memcmp(found, binary, 500) == 0, "what was stored is not found");
    free(found);
    for (off_t left = 579; left >= 0; left -= 1 + next_below(n, 60)) {
        expect(truncate(path, left) == 0, "the file of a program is not where it belongs");
        expect(!ocl_cache_load(own, &length) && length == 0, "a file cut to %lld bytes is believed", (long long)left);
    }
    free(binary);
    unlink(path);
    // Nothing, and a place where nothing can be.
    ocl_cache_store(own, name, 0);
    expect(!ocl_cache_load(own, &length), "an empty program was stored");
}
