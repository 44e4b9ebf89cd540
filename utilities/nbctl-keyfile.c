/* SPDX-License-Identifier: Apache-2.0 */

/* Files that hold a key, as "wg genkey" and "wg genpsk" make them. */

#include <config.h>

#include "utilities/nbctl-config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "socket-util.h"
#include "util.h"

/* Reads the key in 'file_name' and stores it in '*keyp'; the caller must free
 * it with vpn_secret_free(). */
char *
nbctl_read_key_file(const char *file_name, struct vpn_key **keyp)
{
    char text[VPN_KEY_TEXT_LEN + 2];
    size_t n;

    int fd = open(file_name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return xasprintf("%s: open failed (%s)", file_name,
                         ovs_strerror(errno));
    }
    int retval = read_fully(fd, text, sizeof text - 1, &n);
    close(fd);

    struct vpn_key *psk = vpn_secret_alloc();
    text[n] = '\0';
    text[strcspn(text, "\n")] = '\0';
    bool ok = vpn_key_parse(text, psk) && !vpn_key_is_zero(psk);
    vpn_wipe(text, sizeof text);
    if (retval && retval != EOF) {
        vpn_secret_free(psk);
        return xasprintf("%s: read failed (%s)", file_name,
                         ovs_strerror(retval));
    } else if (!ok) {
        vpn_secret_free(psk);
        return xasprintf("%s: does not hold a pre-shared key (\"wg genpsk\" "
                         "makes one)", file_name);
    }
    *keyp = psk;
    return NULL;
}
