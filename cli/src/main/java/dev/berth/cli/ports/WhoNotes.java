package dev.berth.cli.ports;

import dev.berth.inspect.Owner;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.Printable;
import dev.berth.net.BoundAddress;
import dev.berth.net.DiagQuery;
import dev.berth.net.Protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/// What the sockets on a port mean for other programs that want to bind it, one sentence each.
///
/// @param users gives the name of a uid
/// @param outgoing the range from which the kernel chooses the ports of outgoing connections
record WhoNotes(IntFunction<String> users, PortRange outgoing) {
    private static final Set<String> STAND_INS =
            Set.of(
                    "docker-proxy",
                    "rootlessport",
                    "rootlesskit",
                    "slirp4netns",
                    "pasta",
                    "gvproxy");

    /// From the lowest to the highest port, both included.
    record PortRange(int first, int last) {
        private static final Path OUTGOING = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
        private static final PortRange USUAL = new PortRange(32768, 60999);

        /// The range from which the kernel chooses the ports of outgoing connections, in this
        /// network namespace.
        static PortRange outgoing() {
            try {
                String[] ends = Files.readString(OUTGOING).strip().split("\\s+");
                return new PortRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
            } catch (IOException | RuntimeException unreadable) {
                return USUAL;
            }
        }

        boolean contains(int port) {
            return port >= first && port <= last;
        }
    }

    List<String> of(WhoPortBlock block) {
        Set<String> notes = new LinkedHashSet<>();
        List<PortSocket> listeners = block.listeners();
        for (PortSocket listener : listeners) {
            sharing(notes, listener);
            owners(notes, listener);
        }
        precedence(notes, listeners);
        block.silent().forEach(socket -> silent(notes, socket));
        if (listeners.isEmpty()) {
            unlistened(notes, block);
        }
        return new ArrayList<>(notes);
    }

    private void sharing(Set<String> notes, PortSocket socket) {
        String where = socket.local().toString();
        if (socket.reuseport().isPresent()) {
            notes.add(
                    socket.reuseport().get()
                            ? where
                                    + ": a process that also sets SO_REUSEPORT and has uid "
                                    + user(socket.uid())
                                    + " can join; any other gets EADDRINUSE"
                            : alone(socket));
        }
        boolean dual = socket.family() == DiagQuery.INET6 && socket.local().wildcard();
        if (dual && !socket.v6only().orElse(true)) {
            notes.add(where + " is dual-stack: it gets IPv4 as well");
        }
    }

    private static String alone(PortSocket socket) {
        boolean hijack = socket.protocol() == Protocol.UDP && socket.reuseaddr().orElse(false);
        return hijack
                ? socket.local()
                        + ": SO_REUSEADDR lets any process that also sets it bind here; the last"
                        + " one to bind gets all datagrams"
                : socket.local() + ": without SO_REUSEPORT no other process can share it";
    }

    private String user(int uid) {
        String name = users.apply(uid);
        String number = Integer.toUnsignedString(uid);
        return name.equals(number) ? number : number + " (" + Printable.text(name) + ")";
    }

    private static void owners(Set<String> notes, PortSocket socket) {
        List<Owner> owners = socket.owners();
        long processes = owners.stream().map(Owner::pid).distinct().count();
        boolean supervised = owners.stream().anyMatch(Owner::supervisor);
        if (supervised) {
            notes.add(
                    socket.local()
                            + (processes > 1
                                    ? ": Berth's supervisor holds it too; it stays open when a"
                                            + " worker ends"
                                    : ": Berth's supervisor holds it; it stays open while its"
                                            + " workers come and go"));
        } else if (processes > 1) {
            notes.add(
                    socket.local()
                            + ": one socket that "
                            + processes
                            + " processes have inherited or received; the port is free when the"
                            + " last of them closes it");
        }
        for (Owner owner : owners) {
            String program = program(owner);
            if (owner.pid() == 1 && program.equals("systemd")) {
                notes.add(
                        socket.local()
                                + ": systemd holds it for a socket unit; the service need not be"
                                + " running");
            } else if (STAND_INS.contains(program)) {
                notes.add(
                        socket.local()
                                + ": "
                                + program
                                + " stands in for a container that publishes this port");
            }
        }
    }

    private static String program(Owner owner) {
        String command = owner.command().strip();
        int blank = command.indexOf(' ');
        String path = blank < 0 ? command : command.substring(0, blank);
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /// A socket on one address takes precedence over one on all addresses.
    private static void precedence(Set<String> notes, List<PortSocket> listeners) {
        List<PortSocket> wild = listeners.stream().filter(l -> l.local().wildcard()).toList();
        for (PortSocket general : wild) {
            for (PortSocket special : listeners) {
                boolean within =
                        !special.local().wildcard() && bound(general).coversAddress(bound(special));
                if (within) {
                    notes.add(
                            special.local()
                                    + " gets everything sent to its address, "
                                    + general.local()
                                    + " gets the rest");
                }
            }
        }
    }

    private static BoundAddress bound(PortSocket socket) {
        return new BoundAddress(socket.local(), socket.v6only().orElse(true), socket.device());
    }

    private static void silent(Set<String> notes, PortSocket socket) {
        notes.add(
                socket.local()
                        + ": bound, but not listening: it gets nothing and keeps others out, and"
                        + " /proc/net/tcp does not show it");
    }

    private void unlistened(Set<String> notes, WhoPortBlock block) {
        int left = block.leftOvers().size();
        if (!block.connections().isEmpty()) {
            boolean likely = outgoing.contains(block.key().port());
            notes.add(
                    likely
                            ? "nobody listens: the port is most likely the local end of outgoing"
                                    + " connections, because the kernel chooses their ports from "
                                    + outgoing.first
                                    + " to "
                                    + outgoing.last
                                    + "; a bind to the same address fails as long as they exist"
                            : "nobody listens: connections that outlived their listener, or"
                                    + " outgoing ones, hold the port; a bind needs SO_REUSEADDR"
                                    + " on both sides");
        } else if (left > 0 && block.silent().isEmpty()) {
            notes.add(
                    "nobody listens: a bind to the same address needs SO_REUSEADDR on both sides,"
                            + " or must wait until the last one has expired");
        }
    }
}
