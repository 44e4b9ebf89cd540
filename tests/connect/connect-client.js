// SPDX-License-Identifier: Apache-2.0
//
// A client of ovn-vpn-api that knows nothing but its .proto file, and speaks
// the Connect protocol with the library of those who defined it.
//
// Usage: node connect-client.js URL DESCRIPTORS
//
// DESCRIPTORS is what "protoc --descriptor_set_out --include_imports" has made
// of ovn-vpn.proto.
"use strict";

const fs = require("fs");
const { createFileRegistry, fromBinary } = require("@bufbuild/protobuf");
const { FileDescriptorSetSchema } = require("@bufbuild/protobuf/wkt");
const { createClient, Code, ConnectError } = require("@connectrpc/connect");
const { createConnectTransport } = require("@connectrpc/connect-node");

async function codeOf(promise) {
    try {
        await promise;
        return "ok";
    } catch (error) {
        return Code[ConnectError.from(error).code];
    }
}

async function main(url, descriptors) {
    const registry = createFileRegistry(
        fromBinary(FileDescriptorSetSchema, fs.readFileSync(descriptors)));
    const transport = createConnectTransport({
        baseUrl: url, httpVersion: "1.1", useBinaryFormat: false });
    const client = createClient(
        registry.getService("ovnvpn.v1.VpnServiceManager"), transport);

    const vpn = await client.createVpn({
        name: "s1", projectId: "p1", routerId: "r", labels: { aB: "c" },
        externalIp: "192.168.0.200", tunnelSubnets: ["10.9.0.0/24"] });
    console.log("created", vpn.name, vpn.projectId, vpn.labels.aB,
                vpn.spec.listenPort, vpn.createdAt.seconds > 0n);
    console.log("got", (await client.getVpn({ id: vpn.id })).spec.routerId);
    console.log("listed", (await client.listVpns({ projectId: "p1" }))
        .vpnServices.map((s) => s.name).join());

    const added = await client.addConnection({
        vpnId: vpn.id, name: "c1", psk: "none", peerCidrs: ["10.9.0.2/32"],
        publicKey: "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=" });
    console.log("added", added.createdConnection.addresses.join(),
                added.spec.connections.length);
    const status = await client.getVpnStatus({ id: vpn.id });
    console.log("status", status.phase, status.connections);
    const removed = await client.removeConnection({
        vpnId: vpn.id, connectionId: "c1" });
    console.log("removed", removed.spec.connections.length);

    console.log(await codeOf(client.createVpn({ name: "s1", routerId: "r" })));
    console.log(await codeOf(client.addConnection({ vpnId: vpn.id })));
    console.log(await codeOf(client.deleteVpn({ id: vpn.id })));
    console.log(await codeOf(client.getVpn({ id: vpn.id })));
}

main(...process.argv.slice(2));
