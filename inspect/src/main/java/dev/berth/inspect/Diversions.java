package dev.berth.inspect;

import dev.berth.net.NetlinkDump;
import dev.berth.net.NetworkDevice;
import dev.berth.sys.Bpf;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Finds out what may lead a client elsewhere than the kernel's look-up of a socket says, in the
/// network namespace of the calling thread: things that change or drop packets before that look-up,
/// which [RouteLookup] asks without a packet.
///
/// Everything that is found, or could not be inspected, is reported as a sentence: an answer about
/// a client is certain only if there is none.
public final class Diversions {
    private static final Path NET = Path.of("/proc/thread-self/net");
    private static final int RTM_GETRULE = 34;
    private static final int RTM_GETQDISC = 38;
    private static final int RULE_BYTES = 12;
    private static final int TCMSG_BYTES = 20;
    private static final int FRA_PRIORITY = 6;
    private static final int FRA_TABLE = 15;
    private static final int TABLE_LOCAL = 255;
    private static final int TCA_KIND = 1;
    private static final int TCX_INGRESS = 46;
    private static final int LOOPBACK = 1;

    /// `connect4`, `connect6`, `sendmsg4`, `sendmsg6` in `enum bpf_attach_type`.
    private static final List<Integer> CGROUP_HOOKS = List.of(10, 11, 14, 15);

    private static final String REFUSED =
            "not checked whether NAT, a firewall or a BPF program changes what this client"
                    + " reaches; that needs root (CAP_NET_ADMIN)";

    private final List<String> doubts = new ArrayList<>();

    private Diversions() {}

    /// Why a client may reach another socket than the look-up names; empty if nothing is known that
    /// could lead it elsewhere.
    ///
    /// @param family `AF_INET` or `AF_INET6`
    /// @param device index of the interface on which the client arrives, 0 if that is not known
    public static List<String> doubts(int family, int device) {
        var diversions = new Diversions();
        diversions.filters();
        diversions.legacyTables("ip_tables_names", "iptables-legacy");
        diversions.legacyTables("ip6_tables_names", "ip6tables-legacy");
        diversions.virtualServers();
        diversions.routing(family);
        diversions.devices(device == 0 ? LOOPBACK : device);
        diversions.cgroupPrograms();
        return diversions.doubts.stream().distinct().toList();
    }

    private void filters() {
        try {
            doubts.addAll(PacketFilters.doubts());
        } catch (ErrnoException refused) {
            boolean none =
                    refused.is(Errno.EPROTONOSUPPORT)
                            || refused.is(Errno.EINVAL)
                            || refused.is(Errno.EOPNOTSUPP);
            if (!none) {
                doubts.add(refused.is(Errno.EPERM) ? REFUSED : unread("nf_tables", refused));
            }
        }
    }

    private static String unread(String what, Exception failed) {
        return what + " could not be inspected: " + failed.getMessage();
    }

    /// An existing table was created by somebody; its content was not read.
    private void legacyTables(String file, String program) {
        for (String table : lines(file)) {
            doubts.add(
                    ("the table %s of %s may redirect or drop packets, which was not"
                                    + " evaluated: %s -t %s -S")
                            .formatted(table, program, program, table));
        }
    }

    private void virtualServers() {
        if (virtualServers(lines("ip_vs"))) {
            doubts.add("IPVS redirects clients of its services: ipvsadm -Ln");
        }
    }

    static boolean virtualServers(List<String> table) {
        return table.stream().anyMatch(line -> line.matches("(TCP|UDP|SCTP|FWM) .*"));
    }

    private List<String> lines(String file) {
        try {
            byte[] text = Files.readAllBytes(NET.resolve(file));
            return new String(text, StandardCharsets.US_ASCII).lines().toList();
        } catch (AccessDeniedException refused) {
            doubts.add(REFUSED);
            return List.of();
        } catch (IOException none) {
            return List.of();
        }
    }

    private void routing(int family) {
        byte[] request = new byte[RULE_BYTES];
        request[0] = (byte) family;
        List<Boolean> first = new ArrayList<>();
        try {
            NetlinkDump.read(
                    NetlinkDump.ROUTE, RTM_GETRULE, request, rule -> first.add(local(rule)));
        } catch (ErrnoException unread) {
            // Without policy routing in the kernel there are no rules.
            return;
        }
        if (!first.isEmpty() && !first.getFirst()) {
            doubts.add(
                    "policy routing comes before the table of local addresses, so packets may leave"
                            + " this machine: ip rule");
        }
    }

    /// Whether it is the kernel's own rule 0, which sends everything to the table of local
    /// addresses.
    static boolean local(ByteBuffer rule) {
        Map<Integer, ByteBuffer> attributes = NetlinkDump.attributes(rule, RULE_BYTES);
        ByteBuffer priority = attributes.get(FRA_PRIORITY);
        ByteBuffer table = attributes.get(FRA_TABLE);
        int number = table == null ? rule.get(4) & 0xff : table.getInt(0);
        boolean everything = rule.get(1) == 0 && rule.get(2) == 0 && rule.get(3) == 0;
        return everything && number == TABLE_LOCAL && (priority == null || priority.getInt(0) == 0);
    }

    private void devices(int device) {
        try {
            List<NetworkDevice> links = NetworkDevice.all();
            links.stream()
                    .filter(link -> link.index() == device && link.xdp())
                    .forEach(
                            link ->
                                    doubts.add(
                                            ("an XDP program sees the packets of %s first:"
                                                            + " ip link show %s")
                                                    .formatted(link.name(), link.name())));
            NetworkDevice.vrf(device, links)
                    .ifPresent(
                            vrf ->
                                    doubts.add(
                                            "the device belongs to the VRF "
                                                    + vrf.name()
                                                    + ", whose sockets are looked up separately"));
            NetlinkDump.read(
                    NetlinkDump.ROUTE,
                    RTM_GETQDISC,
                    new byte[TCMSG_BYTES],
                    qdisc -> classifier(qdisc, device));
        } catch (ErrnoException unread) {
            doubts.add(unread("the network devices", unread));
        }
        if (attached(device, TCX_INGRESS)) {
            doubts.add("a BPF program (tcx) sees the device's packets first: bpftool net");
        }
    }

    private boolean attached(int target, int hook) {
        int count = Bpf.progQuery(target, hook);
        if (Errno.EPERM.is(count)) {
            doubts.add(REFUSED);
        }
        return count > 0;
    }

    private void classifier(ByteBuffer qdisc, int device) {
        String kind = NetlinkDump.text(NetlinkDump.attributes(qdisc, TCMSG_BYTES), TCA_KIND);
        boolean ingress = kind.equals("clsact") || kind.equals("ingress");
        if (ingress && qdisc.order(ByteOrder.nativeOrder()).getInt(4) == device) {
            doubts.add(
                    "traffic control may redirect or drop the device's packets: tc"
                            + " filter show ingress");
        }
    }

    /// For a cgroup below the root it cannot be known whether the client is in it.
    private void cgroupPrograms() {
        int number = Descriptors.open("/sys/fs/cgroup", Descriptors.O_CLOEXEC, 0);
        if (number < 0) {
            return;
        }
        try (Fd root = new Fd(number)) {
            if (CGROUP_HOOKS.stream().anyMatch(hook -> attached(root.number(), hook))) {
                doubts.add(
                        "a BPF program on the root cgroup may change where clients on this machine"
                                + " connect: bpftool cgroup show /sys/fs/cgroup");
            }
        }
    }
}
