package dev.berth.supervise.adoption;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.SockAddr;

import java.util.Collection;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What to do when a worker cannot get a port because another worker of the same service holds it,
/// unshared. Pure.
final class SiblingPortConflict {
    /// The most ports that are put into a command to copy.
    private static final int MOST_LISTED = 8;

    private SiblingPortConflict() {}

    /// The advice, as text for users.
    ///
    /// @param shared the TCP ports that are shared at present
    static String advice(
            ServiceSpec spec,
            ListenAddress wanted,
            WorkerId holder,
            int pid,
            Collection<Integer> shared) {
        String held =
                "%s is held by slot %s of this service (pid %s), and is not shared: "
                        .formatted(wanted, holder, pid);
        if (wanted.protocol() == Protocol.UDP) {
            return held + datagrams(spec, wanted, shared);
        }
        int port = wanted.address().port();
        return held
                + (spec.named()
                        ? "only what -p and -l name is shared. To share it too, add -p %1$d; to give each"
                                        .formatted(port)
                                + " slot a port of its own, add --private %d".formatted(port)
                        : unnamed(port, shared));
    }

    private static String unnamed(int port, Collection<Integer> shared) {
        if (shared.size() > MOST_LISTED) {
            return ("without -p only ports that are opened before the worker is ready are shared,"
                        + " and no more than %s addresses. Name each port to share with -p; to give"
                        + " each slot a port of its own: --private %s")
                    .formatted(BindPolicy.MOST_UNNAMED, port);
        }
        String others = options(shared, port);
        String text =
                ("without -p only ports that are opened before the worker is ready are shared. To"
                     + " share it too: %s-p %s; to give each slot a port of its own: --private %s")
                        .formatted(others, port, port);
        return shared.size() == 1
                ? text
                        + "; if port %1$d is only a debugger's or a metrics port: -p %2$d --private"
                                .formatted(shared.iterator().next(), port)
                        + " "
                        + shared.iterator().next()
                : text;
    }

    private static String options(Collection<Integer> ports, int without) {
        return new TreeSet<>(ports)
                .stream()
                        .filter(port -> port != without)
                        .map(port -> "-p " + port + " ")
                        .collect(Collectors.joining());
    }

    /// Private ports exist for TCP only.
    private static String datagrams(
            ServiceSpec spec, ListenAddress wanted, Collection<Integer> shared) {
        SockAddr.Inet address = wanted.address();
        String add = "-l " + new ListenAddress(Protocol.UDP, address);
        return spec.named()
                ? "UDP is shared only if named. To share it, add " + add
                : "UDP is shared only if named, and then every other port must be named too: "
                        + options(shared, -1)
                        + add;
    }
}
