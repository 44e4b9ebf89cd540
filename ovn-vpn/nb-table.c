/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/nb-table.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-nb-idl.h"
#include "ovn-vpn/nb-row.h"
#include "ovn-vpn/plan-row.h"
#include "ovsdb-idl-provider.h"
#include "util.h"

const struct nb_table nb_tables[NB_TABLE_N] = {
    { &nbrec_table_logical_router, NULL, NULL, false,
      "name enabled options" },
    { &nbrec_table_logical_switch, NULL, NULL, false, "name other_config" },
    { &nbrec_table_address_set, NULL, NULL, true, "name addresses" },
    { &nbrec_table_logical_router_port, "Logical_Router", "ports", true,
      "name mac networks options enabled peer ha_chassis_group" },
    { &nbrec_table_gateway_chassis, "Logical_Router_Port", "gateway_chassis",
      true, "name chassis_name priority" },
    { &nbrec_table_logical_switch_port, "Logical_Switch", "ports", true,
      "name type addresses options tag tag_request enabled port_security" },
    { &nbrec_table_logical_router_static_route, "Logical_Router",
      "static_routes", false,
      "ip_prefix nexthop output_port route_table policy bfd options" },
    { &nbrec_table_logical_router_policy, "Logical_Router", "policies", false,
      "priority match action nexthop nexthops options" },
    { &nbrec_table_nat, "Logical_Router", "nat", false,
      "type external_ip logical_ip external_port_range external_mac "
      "logical_port allowed_ext_ips exempted_ext_ips gateway_port options" },
    { &nbrec_table_load_balancer, "Logical_Router", "load_balancer", false,
      "name vips protocol health_check ip_port_mappings selection_fields "
      "options" },
    { &nbrec_table_acl, "Logical_Switch", "acls", false,
      "direction priority match action log name options" },
};

const struct nb_table *
nb_table_find(const char *name)
{
    for (size_t i = 0; i < NB_TABLE_N; i++) {
        if (!strcmp(nb_tables[i].class->name, name)) {
            return &nb_tables[i];
        }
    }
    OVS_NOT_REACHED();
}

/* Returns the table in which 'row' is. */
const struct nb_table *
nb_table_of(const struct ovsdb_idl_row *row)
{
    for (size_t i = 0; i < NB_TABLE_N; i++) {
        if (nb_tables[i].class == row->table->class_) {
            return &nb_tables[i];
        }
    }
    OVS_NOT_REACHED();
}

/* Returns the table whose rows hold those of 't', which has a parent. */
const struct nb_table *
nb_table_parent(const struct nb_table *t)
{
    return nb_table_find(t->parent_table);
}

const struct ovsdb_idl_column *
nb_table_column(const struct nb_table *t, const char *name)
{
    const struct ovsdb_idl_column *column = nb_row_find_column(t->class, name);

    ovs_assert(column);
    return column;
}

/* Returns the column in which rows of the parent table hold those of 't'. */
const struct ovsdb_idl_column *
nb_table_parent_column(const struct nb_table *t)
{
    return nb_table_column(nb_table_parent(t), t->parent_column);
}

/* Returns the UUID of the service whose mark 'row' bears, in text, or an empty
 * string. */
const char *
nb_table_get_service(const struct ovsdb_idl_row *row)
{
    const char *s = nb_row_get_key(
        row, nb_table_column(nb_table_of(row), "external_ids"),
        PLAN_ROW_SERVICE);
    return s ? s : "";
}

/* Makes 'idl' replicate all columns that plans write. */
void
nb_table_add_columns(struct ovsdb_idl *idl)
{
    for (size_t i = 0; i < NB_TABLE_N; i++) {
        const struct nb_table *t = &nb_tables[i];
        char *columns = xstrdup(t->columns), *rest = columns, *name;

        while ((name = strsep(&rest, " "))) {
            ovsdb_idl_add_column(idl, nb_table_column(t, name));
        }
        free(columns);
        ovsdb_idl_add_column(idl, nb_table_column(t, "external_ids"));
        if (t->parent_table) {
            ovsdb_idl_add_column(idl, nb_table_parent_column(t));
        }
    }
}
