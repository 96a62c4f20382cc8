package dev.berth.cli.demo;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.Options;
import dev.berth.cli.command.SelfJvm;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.cli.run.RunCommand;
import dev.berth.cli.run.RunRequest;
import dev.berth.cli.run.ServiceHost;
import dev.berth.cli.run.ServiceReader;
import dev.berth.net.DiagQuery;
import dev.berth.net.ListenAddress;
import dev.berth.net.ListenerFactory;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.TcpState;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// `berth demo [-n N] [-p PORT]`, which needs nothing but Berth.
public final class DemoCommand implements Subcommand {
    private static final int FIRST_PORT = 8080;
    private static final int LAST_PORT = 8179;
    private static final int WORKERS = 4;

    @Override
    public CommandSpec spec() {
        return CommandSpec.create()
                .addOption(
                        Options.one(
                                "N",
                                Options::workers,
                                "How many workers. Default: 4.",
                                "-n",
                                "--workers"))
                .addOption(
                        Options.one(
                                "PORT",
                                Options::port,
                                "The port. Default: 8080, or the next free one.",
                                "-p",
                                "--port"));
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        RunCommand.prepare();
        Optional<Integer> wanted = Options.value(parsed, "--port");
        int port = wanted.isPresent() ? wanted.get() : freePort();
        int workers = Options.<Integer>value(parsed, "--workers").orElse(WORKERS);
        List<String> words = new ArrayList<>();
        words.addAll(List.of("-n", Integer.toString(workers), "-p", Integer.toString(port)));
        words.addAll(List.of("--settle", "200ms", "--"));
        words.addAll(SelfJvm.command(Whoami.class, List.of("-Xms4m", "-Xmx24m")));
        words.add(Integer.toString(port));
        RunRequest request =
                ServiceReader.read(
                        new RunCommand().parser("run").parseArgs(words.toArray(String[]::new)),
                        Optional.of("demo"));
        var hints = new DemoHints(port);
        return ServiceHost.run(request, terminal.environment(), hints::printWhenReady);
    }

    private static int freePort() throws IOException {
        try (SockDiag diag = SockDiag.open()) {
            for (int port = FIRST_PORT; port <= LAST_PORT; port++) {
                if (free(diag, port)) {
                    return port;
                }
            }
        }
        throw new CommandFailure(
                "no free port from " + FIRST_PORT + " to " + LAST_PORT + "; choose one: -p PORT");
    }

    /// Binds the port briefly, without SO_REUSEPORT, so that the socket joins no group.
    private static boolean free(SockDiag diag, int port) throws IOException {
        var query =
                new DiagQuery(
                        Protocol.TCP,
                        DiagQuery.BOTH,
                        EnumSet.of(TcpState.LISTEN),
                        OptionalInt.of(port),
                        false,
                        false);
        if (!diag.dump(query).isEmpty()) {
            return false;
        }
        var everywhere = new ListenAddress(Protocol.TCP, new SockAddr.Inet4(0, port));
        try (Fd probe = ListenerFactory.open(everywhere, false, OptionalInt.empty())) {
            return probe.isOpen();
        } catch (ErrnoException taken) {
            return false;
        }
    }
}
