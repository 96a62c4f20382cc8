package dev.berth.inspect;

import dev.berth.net.DeviceNames;
import dev.berth.net.Holder;
import dev.berth.net.SocketRow;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Creates one report: reads the tables, finds the owners, reads the options, forms the groups.
final class PortReportBuilder {
    /// The options of more connections than this are read only on request: each takes some system
    /// calls.
    private static final int CONNECTIONS = 500;

    private static final String MANY =
            "there are more than " + CONNECTIONS + " connections; --all reads the options of each";

    private static final MissingOwner ENDED =
            new MissingOwner(
                    MissingOwner.Kind.NOBODY,
                    "a process that has ended",
                    "its process ended during the inspection",
                    "");

    private final PortQuery query;
    private final Unknowns unknowns = new Unknowns();
    private final DeviceNames devices = new DeviceNames();
    private final OwnerReader processes;

    PortReportBuilder(PortQuery query) {
        this(query, new OwnerReader(new UserNames()));
    }

    PortReportBuilder(PortQuery query, OwnerReader processes) {
        this.query = query;
        this.processes = processes;
    }

    PortReport report() throws IOException {
        NamespaceScanner scanner = new NamespaceScanner(query, unknowns.plain());
        List<NamespaceScan> seen = scanner.read();
        List<SocketRow> rows = NamespaceScan.rows(seen);
        CgroupTree tree = CgroupTree.find(cgroups(rows));
        OwnerSearchResult result = new OwnerFinder(rows, tree.processes(), query.thorough()).find();
        List<PortSocket> sockets = sockets(seen, rows.size(), result, tree);
        multipath(scanner, seen, sockets);
        sockets.sort(PortReportBuilder::order);
        ReuseportGrouping.Result grouped = new ReuseportGrouping(new OwnerFamilies()).of(sockets);
        grouped.sockets().forEach(unknowns::add);
        return new PortReport(
                grouped.sockets(), grouped.groups(), unknowns.sentences(), scanner.whole());
    }

    /// Without a chain of comparators: those of the JDK are not in the start-up cache.
    private static int order(PortSocket a, PortSocket b) {
        int ranks = Integer.compare(rank(a), rank(b));
        if (ranks != 0) {
            return ranks;
        }
        int protocols = a.protocol().compareTo(b.protocol());
        if (protocols != 0) {
            return protocols;
        }
        int ports = Integer.compare(a.local().port(), b.local().port());
        return ports != 0 ? ports : orderOnPort(a, b);
    }

    private static int orderOnPort(PortSocket a, PortSocket b) {
        int[] steps = {
            a.local().host().compareTo(b.local().host()),
            a.state().compareTo(b.state()),
            Long.compare(a.netns(), b.netns()),
            Long.compare(a.inode(), b.inode()),
            Long.compareUnsigned(a.cookie(), b.cookie()),
        };
        for (int step : steps) {
            if (step != 0) {
                return step;
            }
        }
        return 0;
    }

    private static int rank(PortSocket socket) {
        return socket.listening() ? 0 : socket.silent() ? 1 : 2;
    }

    private static Set<Long> cgroups(List<SocketRow> rows) {
        Set<Long> cgroups = new HashSet<>();
        rows.forEach(row -> row.details().cgroup().ifPresent(cgroups::add));
        return cgroups;
    }

    private List<PortSocket> sockets(
            List<NamespaceScan> seen, int count, OwnerSearchResult result, CgroupTree tree) {
        MissingOwnerExplanation explanation = MissingOwnerExplanation.here(result.refused());
        boolean every = query.thorough() || count <= CONNECTIONS;
        List<PortSocket> sockets = new ArrayList<>(count);
        try (OptionReader options = new OptionReader()) {
            for (NamespaceScan scan : seen) {
                for (SocketRow row : scan.rows()) {
                    List<Holder> holders = result.holders().of(row.inode());
                    List<Owner> owners = owners(holders);
                    MissingOwner why =
                            owners.isEmpty()
                                    ? nobody(explanation, row, scan.own(), holders, tree)
                                    : MissingOwner.NONE;
                    SocketOptions read =
                            every || row.remote().isEmpty() || row.inode() == 0
                                    ? options.read(row, holders, why.sentence())
                                    : SocketOptions.unknown(MANY);
                    sockets.add(socket(row, scan, read, owners, why));
                }
            }
        }
        return sockets;
    }

    /// Asks the kernel which sockets are Multipath TCP, if no descriptor that shows it could be
    /// borrowed.
    private static void multipath(
            NamespaceScanner scanner, List<NamespaceScan> seen, List<PortSocket> sockets) {
        Map<Long, NamespaceScan> places = new HashMap<>();
        seen.forEach(scan -> places.put(scan.namespace().inode(), scan));
        Map<Long, Set<Long>> known = new HashMap<>();
        for (int i = 0; i < sockets.size(); i++) {
            PortSocket socket = sockets.get(i);
            NamespaceScan scan = places.get(socket.netns());
            if (scan != null && socket.perhapsMultipath()) {
                Set<Long> inodes =
                        known.computeIfAbsent(socket.netns(), _ -> scanner.multipath(scan));
                if (inodes.contains(socket.inode())) {
                    sockets.set(i, socket.withOptions(socket.options().withMultipath()));
                }
            }
        }
    }

    private static MissingOwner nobody(
            MissingOwnerExplanation explanation,
            SocketRow row,
            boolean own,
            List<Holder> holders,
            CgroupTree tree) {
        return holders.isEmpty() ? explanation.of(row, own, made(row, tree)) : ENDED;
    }

    private PortSocket socket(
            SocketRow row,
            NamespaceScan scan,
            SocketOptions options,
            List<Owner> owners,
            MissingOwner why) {
        return new PortSocket(
                row,
                scan.namespace().inode(),
                devices.name(row.device(), scan.own()),
                options,
                OptionalInt.empty(),
                owners,
                why);
    }

    private List<Owner> owners(List<Holder> holders) {
        return holders.stream().map(processes::owner).flatMap(Optional::stream).toList();
    }

    private static CgroupPath made(SocketRow row, CgroupTree tree) {
        return row.details().cgroup().isPresent()
                ? tree.path(row.details().cgroup().getAsLong())
                : CgroupPath.NONE;
    }
}
