/* SPDX-License-Identifier: Apache-2.0 */

/* Points of time as people write them. */

#include <config.h>

#include "lib/vpn-time.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "openvswitch/dynamic-string.h"
#include "util.h"

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

/* Parses what RFC 3339 allows after the seconds, a fraction of them and the
 * distance from UTC, and adds it to '*ms'.  Milliseconds are as exact as it
 * gets. */
static bool
parse_rest(const char *s, long long int *ms)
{
    int hours, minutes, n = 0;

    if (*s == '.') {
        size_t digits = strspn(++s, "0123456789");

        for (size_t i = 0, unit = 100; i < digits; i++, unit /= 10) {
            *ms += (s[i] - '0') * unit;
        }
        if (!digits) {
            return false;
        }
        s += digits;
    }
    if (!*s || !strcmp(s, "Z")) {
        return true;
    } else if ((*s != '+' && *s != '-') || strlen(s) != 6
               || strspn(s + 1, "0123456789:") != 5 || s[3] != ':'
               || !ovs_scan(s + 1, "%d:%d%n", &hours, &minutes, &n)
               || n != 5 || hours > 23 || minutes > 59) {
        return false;
    }
    *ms -= (*s == '+' ? 1 : -1) * (hours * 60 + minutes) * 60000LL;
    return true;
}

/* Parses 's', a date or a date and time of ISO 8601, in UTC unless it says
 * otherwise, and stores it in '*ms'. */
static bool
parse_date(const char *s, long long int *ms)
{
    static const struct {
        const char *format;
        bool has_seconds;
    } formats[] = {
        { "%Y-%m-%dT%H:%M:%S", true },
        { "%Y-%m-%d %H:%M:%S", true },
        { "%Y-%m-%dT%H:%MZ", false },
        { "%Y-%m-%dT%H:%M", false },
        { "%Y-%m-%d %H:%M", false },
        { "%Y-%m-%d", false },
    };

    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        struct tm tm = { .tm_mday = 1 };
        const char *end = strptime(s, formats[i].format, &tm);

        if (end && (formats[i].has_seconds || !*end)) {
            struct tm copy = tm;

            *ms = timegm(&copy) * 1000LL;
            /* timegm() makes March 3rd of February 31st. */
            return (copy.tm_mday == tm.tm_mday && parse_rest(end, ms)
                    && *ms >= 0);
        }
    }
    return false;
}

/* Parses 's', "now", a time from 'now' on such as "+30d", or a date, with or
 * without a time of day, in UTC unless it says otherwise as RFC 3339 has it.
 * On success returns NULL and stores the time, in milliseconds since the
 * epoch, in '*msp'; on failure returns a message for the user, which the
 * caller must free. */
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
    if (ms > VPN_TIME_MAX_MS) {
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
