package dev.berth.lab;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.inspect.BindForecast;
import dev.berth.inspect.BindRequest;
import dev.berth.inspect.PortQuery;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.RouteLookup;
import dev.berth.net.Protocol;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;

import java.io.IOException;
import java.net.SocketOption;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Steps that only query, and settings.
final class Queries {
    private static final int LOOPBACK_INDEX = 1;

    private Queries() {}

    /// Figures `sockets`, `listeners`, `silent` (bound only), `timewait`, `connections`, `groups`,
    /// `members` (of the largest group), `owners` (processes in total).
    static StepResult who(Op.Who op) throws IOException {
        PortReport report = PortReport.of(PortQuery.port(op.port()).withThorough());
        List<PortSocket> sockets = report.sockets();
        Set<Integer> owners = new HashSet<>();
        sockets.forEach(socket -> socket.owners().forEach(owner -> owners.add(owner.pid())));
        return StepResult.ok()
                .with("sockets", sockets.size())
                .with("listeners", count(sockets, PortSocket::listening))
                .with("silent", count(sockets, PortSocket::silent))
                .with("timewait", count(sockets, s -> s.state() == TcpState.TIME_WAIT))
                .with("connections", count(sockets, PortSocket::connection))
                .with("groups", report.groups().size())
                .with(
                        "members",
                        report.groups().stream().mapToInt(group -> group.members()).max().orElse(0))
                .with("owners", owners.size());
    }

    private static int count(List<PortSocket> sockets, Predicate<PortSocket> which) {
        return (int) sockets.stream().filter(which).count();
    }

    /// `OK`, or as for `open`: `bind EADDRINUSE`, `listen EADDRINUSE`. Figure `certain`, 0 or 1.
    static StepResult why(Op.Why op, int actorUid) throws IOException {
        StepArguments settings = op.settings();
        BindRequest request =
                BindRequest.of(op.address())
                        .withReuseaddr(settings.flag("reuseaddr", false))
                        .withReuseport(settings.flag("reuseport", false))
                        .withUid(op.uid() < 0 ? actorUid : op.uid());
        if (settings.has("v6only")) {
            request = request.withV6only(settings.flag("v6only", false));
        }
        Optional<String> device = settings.find("device");
        BindForecast forecast =
                BindForecast.of(device.isPresent() ? request.withDevice(device.get()) : request);
        Optional<Errno> errno = forecast.bind().or(forecast::listen);
        String call = forecast.bind().isPresent() ? "bind " : "listen ";
        return StepResult.of(errno.map(error -> call + error.name()).orElse(StepResult.OK))
                .with("certain", forecast.certain() ? 1 : 0)
                .with("because", forecast.because().size());
    }

    /// The cookie of the socket, whose name the lab knows.
    static StepResult route(Op.Route op) throws IOException {
        try (RouteLookup lookup = RouteLookup.to(op.address(), LOOPBACK_INDEX)) {
            Optional<SocketRow> row = lookup.from(op.from());
            return StepResult.of(
                    row.map(found -> "cookie " + Long.toUnsignedString(found.cookie()))
                            .orElse(Errno.ECONNREFUSED.name()));
        }
    }

    /// `yes` or `no`.
    static StepResult supported(Op.Supported op) throws IOException {
        try (NetworkChannel channel =
                op.protocol() == Protocol.TCP
                        ? ServerSocketChannel.open()
                        : DatagramChannel.open()) {
            boolean there =
                    channel.supportedOptions().stream()
                            .map(SocketOption::name)
                            .anyMatch(op.option()::equals);
            return StepResult.of(there ? "yes" : "no");
        }
    }

    /// The value that the setting has afterwards.
    static StepResult sysctl(Op.Sysctl op) throws ErrnoException {
        String path = "/proc/sys/" + op.setting().replace('.', '/');
        if (op.value().isPresent()) {
            byte[] value = op.value().get().getBytes(US_ASCII);
            int number = Descriptors.open(path, Descriptors.O_WRONLY, 0);
            try (Fd file = Fd.of("open", path, number)) {
                long written = Descriptors.write(file.number(), value, 0, value.length);
                ErrnoException.check("write", path, written);
            }
        }
        return dev.berth.inspect.Sysctl.read(op.setting().replace('.', '/'))
                .map(StepResult::of)
                .orElseThrow(() -> new ErrnoException("read", path, Errno.ENOENT.number()));
    }
}
