/* Gives the library's functions names of their own, so that they can stand beside the host's. */
#include <stddef.h>

#ifdef DECLARE
#define RENAME(name) lib_##name
#else
#define memcpy lib_memcpy
#define memmove lib_memmove
#define memset lib_memset
#define memcmp lib_memcmp
#define memchr lib_memchr
#define strlen lib_strlen
#define strnlen lib_strnlen
#define strcmp lib_strcmp
#define strncmp lib_strncmp
#define strcpy lib_strcpy
#define strncpy lib_strncpy
#define strchr lib_strchr
#define strrchr lib_strrchr
#define strstr lib_strstr
#define RENAME(name) name
#endif

void *RENAME(memcpy)(void *restrict to, const void *restrict from, size_t count);
void *RENAME(memmove)(void *to, const void *from, size_t count);
void *RENAME(memset)(void *to, int byte, size_t count);
int RENAME(memcmp)(const void *left, const void *right, size_t count);
void *RENAME(memchr)(const void *from, int byte, size_t count);
size_t RENAME(strlen)(const char *text);
size_t RENAME(strnlen)(const char *text, size_t most);
int RENAME(strcmp)(const char *left, const char *right);
int RENAME(strncmp)(const char *left, const char *right, size_t most);
char *RENAME(strcpy)(char *restrict to, const char *restrict from);
char *RENAME(strncpy)(char *restrict to, const char *restrict from, size_t count);
char *RENAME(strchr)(const char *text, int byte);
char *RENAME(strrchr)(const char *text, int byte);
char *RENAME(strstr)(const char *text, const char *wanted);
