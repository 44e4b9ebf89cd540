/* SPDX-License-Identifier: Apache-2.0 */

/* Points of time as people write them. */

#include <config.h>

#include "lib/vpn-time.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "openvswitch/dynamic-string.h"
#include "util.h"

/* Latest time that the schema allows, 2^53 - 1 milliseconds. */
#define TIME_MAX_MS 9007199254740991LL

/* Parses 's', a number and a unit, and stores it in '*ms'. */
static bool
parse_duration(const char *s, long long int *ms)
{
    static const struct {
        char unit;
        int seconds;
    } units[] = {
        { 's', 1 },
        { 'm', 60 },
        { 'h', 3600 },
        { 'd', 86400 },
        { 'w', 7 * 86400 },
    };
    size_t digits = strspn(s, "0123456789");
    char *number = xmemdup0(s, digits);
    int n;
    bool ok = digits && str_to_int(number, 10, &n);

    free(number);
    for (size_t i = 0; ok && i < ARRAY_SIZE(units); i++) {
        if (s[digits] == units[i].unit && !s[digits + 1]) {
            *ms = n * (units[i].seconds * 1000LL);
            return true;
        }
    }
    return false;
}

/* Parses 's', a date or a date and time of ISO 8601 in UTC, and stores it in
 * '*ms'. */
static bool
parse_date(const char *s, long long int *ms)
{
    static const char *const formats[] = {
        "%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%MZ",
        "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ",
        "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S",
    };

    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        struct tm tm = { .tm_mday = 1 };
        const char *end = strptime(s, formats[i], &tm);

        if (end && !*end) {
            struct tm copy = tm;
            time_t t = timegm(&copy);

            *ms = t * 1000LL;
            /* timegm() makes March 3rd of February 31st. */
            return copy.tm_mday == tm.tm_mday && t >= 0;
        }
    }
    return false;
}

/* Parses 's', "now", a time from 'now' on such as "+30d", or a date, with or
 * without a time of day, in UTC.  On success returns NULL and stores the time,
 * in milliseconds since the epoch, in '*msp'; on failure returns a message for
 * the user, which the caller must free. */
char *
vpn_parse_time(const char *s, long long int now, int64_t *msp)
{
    long long int ms;

    if (!strcmp(s, "now")) {
        ms = now;
    } else if (s[0] == '+' && parse_duration(s + 1, &ms)) {
        ms += now;
    } else if (s[0] == '+' || !parse_date(s, &ms)) {
        return xasprintf("\"%s\" is neither a date such as 2030-12-31 or "
                         "2030-12-31T18:00, in UTC, nor a time from now on "
                         "such as +12h or +30d", s);
    }
    if (ms > TIME_MAX_MS) {
        return xasprintf("\"%s\" is too far away", s);
    }
    *msp = ms;
    return NULL;
}

/* Returns 'ms', in milliseconds since the epoch, as text, which the caller
 * must free. */
char *
vpn_format_time(int64_t ms)
{
    return xastrftime_msec("%Y-%m-%dT%H:%M:%SZ", ms, true);
}
