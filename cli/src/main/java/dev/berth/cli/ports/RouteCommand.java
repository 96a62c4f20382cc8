package dev.berth.cli.ports;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.inspect.Diversions;
import dev.berth.inspect.PortQuery;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.RouteLookup;
import dev.berth.inspect.SocketText;
import dev.berth.net.Addresses;
import dev.berth.net.ListenAddress;
import dev.berth.net.SocketRow;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.SockAddr;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `berth route ADDRESS --from IP:PORT`.
public final class RouteCommand implements Subcommand {
    /// The index of `lo`, in every network namespace.
    private static final int LOOPBACK = 1;

    private static final int ANY_PORT = 50_000;
    private static final String UNHASHED =
            "; --spread would show the kernel's own hash, which does not choose here";
    private static final String EXAMPLE =
            "for example: berth route 127.0.0.1:8080 --from 127.0.0.1:50000";

    @Override
    public CommandSpec spec() {
        return CommandSpec.create()
                .addOption(
                        Options.one(
                                "IP[:PORT]", Options::text, "The address of the client.", "--from"))
                .addOption(
                        Options.one(
                                "N",
                                Options::count,
                                "Look up N source ports of the client, and show which"
                                        + " sockets they reach by the kernel's hash.",
                                "--spread"))
                .addOption(Options.flag("--json", "Print one line of JSON, schema 1."))
                .addPositional(
                        Options.words(
                                "ADDRESS", "0..*", "The address that the client connects to."));
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        CommandFailure.unlessSupported("cannot ask the kernel");
        ListenAddress server = server(Options.words(parsed));
        Optional<Integer> spread = Options.value(parsed, "--spread");
        String from =
                Options.<String>value(parsed, "--from")
                        .orElseThrow(() -> new UsageException("--from is missing; " + EXAMPLE));
        SockAddr.Inet client = client(from, spread.isPresent());
        RouteAnswer answer = answer(server, client, spread.orElse(0));
        Optional<ListenAddress> other =
                Localhost.other(Options.words(parsed).getFirst(), server)
                        .filter(_ -> server.address() instanceof SockAddr.Inet4);
        if (other.isPresent() && hasInet6()) {
            SockAddr.Inet client6 = Addresses.of("::1", client.port());
            answer = beside(answer, answer(other.get(), client6, 0));
        }
        if (parsed.hasMatchedOption("--json")) {
            terminal.line(RouteJson.of(answer));
        } else {
            var text = new RouteText(terminal.columns(), terminal.colour());
            text.lines(answer).forEach(terminal::line);
        }
        return answer.socket().isPresent() ? ExitCode.DONE : ExitCode.FAILED;
    }

    /// An answer for one address of `localhost`, in view of the answer for the other.
    private static RouteAnswer beside(RouteAnswer answer, RouteAnswer other) {
        boolean same =
                answer.socket()
                        .map(PortSocket::cookie)
                        .equals(other.socket().map(PortSocket::cookie));
        return same && other.certain()
                ? answer
                : answer.doubted(
                        ("localhost also means ::1, where a client reaches %s: berth route"
                                        + " %s --from %s")
                                .formatted(
                                        other.socket().map(SocketText::line).orElse("nobody"),
                                        other.server(),
                                        other.client()));
    }

    private static boolean hasInet6() throws IOException {
        return NetworkInterface.getByInetAddress(InetAddress.getByName("::1")) != null;
    }

    static ListenAddress server(List<String> words) throws UsageException {
        if (words.size() != 1) {
            throw new UsageException("needs one address to connect to; " + EXAMPLE);
        }
        ListenAddress named = Options.checked(() -> ListenAddress.parse(words.getFirst()));
        var address = new ListenAddress(named.protocol(), named.address().unmapped());
        if (address.address().port() == 0) {
            throw new UsageException("no client can connect to port 0; " + EXAMPLE);
        }
        if (!address.address().wildcard()) {
            return address;
        }
        // As connect(2) interprets it.
        String loopback = address.address() instanceof SockAddr.Inet4 ? "127.0.0.1" : "::1";
        int port = address.address().port();
        return new ListenAddress(address.protocol(), Addresses.of(loopback, port));
    }

    static SockAddr.Inet client(String text, boolean anyPort) throws UsageException {
        SockAddr.Inet client = anyPort ? bare(text).orElse(null) : null;
        try {
            client = client == null ? Addresses.parse(text) : client;
        } catch (IllegalArgumentException wrong) {
            throw new UsageException("--from " + wrong.getMessage());
        }
        if (client.wildcard() || client.port() == 0) {
            throw new UsageException("a client has an address and a port, not: --from " + text);
        }
        return client.unmapped();
    }

    /// An address without a port.
    private static Optional<SockAddr.Inet> bare(String text) {
        try {
            return Optional.of(Addresses.of(text, ANY_PORT));
        } catch (IllegalArgumentException withPort) {
            return Optional.empty();
        }
    }

    private static RouteAnswer answer(ListenAddress server, SockAddr.Inet client, int spread)
            throws UsageException, IOException {
        if (server.address().family() != client.family()) {
            throw new UsageException(
                    "client and server must both be IPv4 or IPv6: %s, %s"
                            .formatted(client, server.address()));
        }
        if (!here(server.address())) {
            throw new CommandFailure(
                    server.address().host()
                            + " is not an address of this machine; traffic to it does not reach"
                            + " this host");
        }
        boolean local = client.loopback() || here(client);
        int device = local ? device(server.address()) : 0;
        try (RouteLookup lookup = RouteLookup.to(server, device)) {
            Optional<SocketRow> hit = lookup.from(client);
            Map<Long, Integer> hits = spread == 0 ? Map.of() : lookup.spread(client, spread);
            PortReport report = report(server, hit);
            Optional<PortSocket> socket = hit.flatMap(row -> withCookie(report, row));
            if (hit.isPresent() && socket.isEmpty()) {
                throw new CommandFailure(
                        "the sockets on the port have changed meanwhile; try again");
            }
            Optional<SteeredRoute> steered = steered(socket, report);
            RouteVerdict verdict =
                    steered.map(SteeredRoute::verdict)
                            .orElseGet(() -> RouteVerdict.of(server, socket, report, local))
                            .doubted(Diversions.doubts(server.address().family(), device));
            boolean hashed = steered.map(SteeredRoute::hashed).orElse(true);
            return new RouteAnswer(
                    server,
                    client,
                    steered.isPresent() ? steered.get().socket() : socket,
                    verdict.certain(),
                    verdict.note() + (spread > 0 && !hashed ? UNHASHED : ""),
                    report,
                    hashed ? shares(hits, report) : List.of());
        } catch (ErrnoException refused) {
            throw new CommandFailure(
                    ("cannot ask the kernel which socket it would choose: %s; this"
                                    + " needs netlink; berth who %s lists the listeners")
                            .formatted(refused.getMessage(), server.address().port()),
                    refused);
        }
    }

    /// The supervisor of a group of Berth's knows more than the kernel reports.
    private static Optional<SteeredRoute> steered(Optional<PortSocket> hit, PortReport report) {
        return hit.filter(PortSocket::listening)
                .flatMap(
                        socket ->
                                SteeredGroup.of(socket)
                                        .map(group -> SteeredRoute.of(group, socket, report)));
    }

    /// A BPF program at the look-up (sk_lookup) may choose a socket on another port.
    private static PortReport report(ListenAddress server, Optional<SocketRow> hit)
            throws IOException {
        int port = hit.map(row -> row.local().port()).orElse(server.address().port());
        return PortReport.of(PortQuery.port(port).withProtocol(server.protocol()));
    }

    private static Optional<PortSocket> withCookie(PortReport report, SocketRow row) {
        return report.sockets().stream().filter(s -> s.cookie() == row.cookie()).findFirst();
    }

    private static List<RouteAnswer.Share> shares(Map<Long, Integer> hits, PortReport report) {
        List<RouteAnswer.Share> shares = new ArrayList<>();
        hits.forEach(
                (inode, clients) -> {
                    Optional<PortSocket> socket =
                            report.sockets().stream()
                                    .filter(s -> s.inode() == inode && inode != 0)
                                    .findFirst();
                    shares.add(new RouteAnswer.Share(socket, clients));
                });
        shares.sort(Comparator.comparingInt(RouteAnswer.Share::clients).reversed());
        return shares;
    }

    /// The interface on which this machine's own packets to `address` count as received: the one
    /// with that address, although they pass through lo.
    private static int device(SockAddr.Inet address) throws IOException {
        if (address.loopback()) {
            return LOOPBACK;
        }
        NetworkInterface own =
                NetworkInterface.getByInetAddress(InetAddress.getByName(address.host()));
        return own == null ? LOOPBACK : own.getIndex();
    }

    private static boolean here(SockAddr.Inet address) throws IOException {
        return address.loopback()
                || NetworkInterface.getByInetAddress(InetAddress.getByName(address.host())) != null;
    }
}
