/* No host's name can be found, in the program that it is loaded into. */
#include <netdb.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    (void)node, (void)service, (void)hints, (void)found;
    return EAI_NONAME;
}
