package dev.berth.cli.ports;

import dev.berth.inspect.PortQuery;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.SocketText;
import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;

import java.io.IOException;
import java.util.Optional;

/// When nothing is found on a port, says what is on it in other network namespaces.
final class NamespaceHint {
    private NamespaceHint() {}

    /// The message that nobody listens, with a hint about other namespaces.
    ///
    /// @param report what was found in this network namespace
    static String nobody(String verb, ShareTarget target, PortReport report) throws IOException {
        if (!report.sockets().isEmpty()) {
            return "nobody listens on %s, it only has connections; see: berth who %s"
                    .formatted(target.word(), target.word());
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

    /// The message for a port with no socket in this network namespace.
    ///
    /// @param nobody the sentence that says so
    /// @param asked the query that found nothing
    static String nobody(String nobody, PortQuery asked) throws IOException {
        if (asked.port().isEmpty() || asked.pid().isPresent() || asked.namespaces()) {
            return nobody;
        }
        String command = "berth who " + asked.port().getAsInt() + " --all-netns";
        if (!Capabilities.has(Capability.SYS_ADMIN)) {
            return ("%s in this network namespace; others (of containers) were not"
                            + " checked; as root: %s")
                    .formatted(nobody, command);
        }
        return PortReport.of(asked.withNamespaces()).sockets().stream()
                .findFirst()
                .map(
                        socket ->
                                "%s in this network namespace, but in another one %s: %s"
                                        .formatted(nobody, SocketText.line(socket), command))
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
        return "in another one %s: nsenter --net=/proc/%s/ns/net berth %s %s"
                .formatted(
                        SocketText.line(socket),
                        socket.owners().getFirst().pid(),
                        verb,
                        target.word());
    }
}
