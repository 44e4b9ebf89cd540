/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FAKE_DB_H
#define TESTS_FAKE_DB_H 1

/* A database without a server: an IDL whose rows stand in a transaction that
 * is never committed. */

struct json;
struct ovsdb_idl;
struct ovsdb_idl_class;
struct ovsdb_idl_txn;

struct fake_db {
    struct ovsdb_idl *idl;
    struct ovsdb_idl_txn *txn;
};

void fake_db_init(struct fake_db *, const struct ovsdb_idl_class *);
void fake_db_load(struct fake_db *, const struct ovsdb_idl_class *,
                  const struct json *tables);
void fake_db_destroy(struct fake_db *);

#endif /* tests/fake-db.h */
