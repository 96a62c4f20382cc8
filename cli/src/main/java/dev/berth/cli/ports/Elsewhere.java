package dev.berth.cli.ports;

import dev.berth.inspect.PortQuery;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.SocketText;
import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;

import java.io.IOException;
import java.util.Optional;

/// Says what is there where nothing is here: on the port in other network namespaces.
final class Elsewhere {
    private Elsewhere() {}

    /// - `report`: what was found here
    static String nobody(String verb, ShareTarget target, PortReport report) throws IOException {
        if (!report.sockets().isEmpty()) {
            return "nobody listens on "
                    + target.word()
                    + ", there are only connections: see berth who "
                    + target.word();
        }
        String nobody = "nobody is on " + protocol(target) + " " + target.word();
        return nobody
                + other(target)
                        .map(
                                socket ->
                                        " in this network namespace, but "
                                                + there(verb, target, socket))
                        .orElse("");
    }

    /// What to say of a port on which nobody is in this network namespace.
    ///
    /// - `nobody`: that, in words
    /// - `asked`: where nothing was found
    static String nobody(String nobody, PortQuery asked) throws IOException {
        if (asked.port().isEmpty() || asked.pid().isPresent() || asked.namespaces()) {
            return nobody;
        }
        String command = "berth who " + asked.port().getAsInt() + " --all-netns";
        if (!Capabilities.has(Capability.SYS_ADMIN)) {
            return nobody
                    + " in this network namespace; others (of containers) were not looked at; as"
                    + " root: "
                    + command;
        }
        return PortReport.of(asked.withNamespaces()).sockets().stream()
                .findFirst()
                .map(
                        socket ->
                                nobody
                                        + " in this network namespace, but in another one "
                                        + SocketText.line(socket)
                                        + ": "
                                        + command)
                .orElse(nobody);
    }

    private static String protocol(ShareTarget target) {
        return target.query().protocol().map(protocol -> protocol.text()).orElse("");
    }

    private static Optional<PortSocket> other(ShareTarget target) throws IOException {
        if (!Capabilities.has(Capability.SYS_ADMIN)) {
            return Optional.empty();
        }
        return PortReport.of(target.query().withNamespaces()).sockets().stream()
                .filter(PortSocket::listening)
                .filter(socket -> !socket.owners().isEmpty())
                .findFirst();
    }

    private static String there(String verb, ShareTarget target, PortSocket socket) {
        return "in another one "
                + SocketText.line(socket)
                + ": nsenter --net=/proc/"
                + socket.owners().getFirst().pid()
                + "/ns/net berth "
                + verb
                + " "
                + target.word();
    }
}
