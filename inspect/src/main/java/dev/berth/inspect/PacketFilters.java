package dev.berth.inspect;

import dev.berth.net.NetlinkDump;
import dev.berth.sys.ErrnoException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The tables of nf_tables (nft, and iptables since 1.8) that influence what reaches a socket of
/// this network namespace. Their rules are not evaluated: the result is only which tables could
/// matter.
///
/// **Source:** `linux/netfilter/nf_tables.h`
final class PacketFilters {
    private static final int SUBSYSTEM = 10 << 8;
    private static final int GETCHAIN = SUBSYSTEM | 4;
    private static final int GETRULE = SUBSYSTEM | 7;
    private static final int HEADER_BYTES = 4;
    private static final int TABLE = 1;
    private static final int CHAIN_NAME = 3;
    private static final int CHAIN_HOOK = 4;
    private static final int CHAIN_POLICY = 5;
    private static final int CHAIN_TYPE = 7;
    private static final int RULE_CHAIN = 2;
    private static final int RULE_EXPRESSIONS = 4;
    private static final int NAME = 1;
    private static final int DATA = 2;
    private static final int NAT_TYPE = 1;
    private static final int DNAT = 1;
    private static final int DROP = 0;

    /// Before routing, to this machine, from this machine.
    private static final Set<Integer> HOOKS = Set.of(0, 1, 3);

    private static final Map<Integer, String> FAMILIES =
            Map.of(1, "inet", 2, "ip", 3, "arp", 5, "netdev", 7, "bridge", 10, "ip6");
    private static final Set<String> DIVERTING =
            Set.of("redir", "tproxy", "fwd", "queue", "synproxy");
    private static final Set<String> DIVERTING_TARGETS =
            Set.of("REDIRECT", "DNAT", "NETMAP", "TPROXY", "NFQUEUE", "SYNPROXY");

    /// What is known about one table.
    private static final class Seen {
        final Set<String> diverting = new TreeSet<>();
        final Set<String> entered = new LinkedHashSet<>();
        boolean policyDrop;
        boolean entry;
        int rules;
    }

    private final Map<String, Seen> tables = new LinkedHashMap<>();

    private PacketFilters() {}

    /// A sentence for each table that could redirect or drop a packet.
    ///
    /// @throws ErrnoException `EPERM` without CAP_NET_ADMIN; as [NetlinkDump#read]
    static List<String> doubts() throws ErrnoException {
        var filters = new PacketFilters();
        byte[] everything = new byte[HEADER_BYTES];
        NetlinkDump.read(NetlinkDump.NETFILTER, GETCHAIN, everything, filters::chain);
        NetlinkDump.read(NetlinkDump.NETFILTER, GETRULE, everything, filters::rule);
        return filters.sentences();
    }

    private Seen table(ByteBuffer body, Map<Integer, ByteBuffer> attributes) {
        String family = FAMILIES.getOrDefault((int) body.get(0), "family " + body.get(0));
        String name = family + " " + NetlinkDump.text(attributes, TABLE);
        return tables.computeIfAbsent(name, _ -> new Seen());
    }

    private void chain(ByteBuffer body) {
        Map<Integer, ByteBuffer> attributes = NetlinkDump.attributes(body, HEADER_BYTES);
        ByteBuffer hook = attributes.get(CHAIN_HOOK);
        // Without a hook it is only reached by a jump.
        if (hook == null || !HOOKS.contains(number(hook))) {
            return;
        }
        Seen seen = table(body, attributes);
        seen.entry = true;
        seen.policyDrop |=
                NetlinkDump.text(attributes, CHAIN_TYPE).equals("filter")
                        && NetlinkDump.number(attributes, CHAIN_POLICY, 1) == DROP;
        seen.entered.add(NetlinkDump.text(attributes, CHAIN_NAME));
    }

    private static int number(ByteBuffer hook) {
        return NetlinkDump.number(NetlinkDump.attributes(hook, 0), NAME, -1);
    }

    private void rule(ByteBuffer body) {
        Map<Integer, ByteBuffer> attributes = NetlinkDump.attributes(body, HEADER_BYTES);
        Seen seen = table(body, attributes);
        if (seen.entered.contains(NetlinkDump.text(attributes, RULE_CHAIN))) {
            seen.rules++;
        }
        ByteBuffer expressions = attributes.get(RULE_EXPRESSIONS);
        if (expressions != null) {
            NetlinkDump.each(
                    expressions,
                    0,
                    (_, element) -> expression(seen, NetlinkDump.attributes(element, 0)));
        }
    }

    private static void expression(Seen seen, Map<Integer, ByteBuffer> expression) {
        String name = NetlinkDump.text(expression, NAME);
        ByteBuffer data = expression.get(DATA);
        Map<Integer, ByteBuffer> details =
                data == null ? Map.of() : NetlinkDump.attributes(data, 0);
        if (DIVERTING.contains(name)) {
            seen.diverting.add(name.equals("redir") ? "redirect" : name);
        } else if (name.equals("nat") && NetlinkDump.number(details, NAT_TYPE, 0) == DNAT) {
            seen.diverting.add("dnat");
        } else if (name.equals("target")
                && DIVERTING_TARGETS.contains(NetlinkDump.text(details, NAME))) {
            seen.diverting.add(NetlinkDump.text(details, NAME));
        }
    }

    private List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        tables.forEach(
                (name, seen) -> {
                    if (seen.entry && seen.rules > 0 && !seen.diverting.isEmpty()) {
                        sentences.add(
                                ("the table %s redirects packets (%s); whether it affects this"
                                                + " client was not evaluated: nft list table %s")
                                        .formatted(name, String.join(", ", seen.diverting), name));
                    } else if (seen.entry && (seen.rules > 0 || seen.policyDrop)) {
                        sentences.add(
                                ("the table %s may drop the client's packets, which was not"
                                                + " evaluated: nft list table %s")
                                        .formatted(name, name));
                    }
                });
        return sentences;
    }
}
