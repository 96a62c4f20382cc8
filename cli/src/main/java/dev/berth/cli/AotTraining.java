package dev.berth.cli;

import dev.berth.cli.demo.Whoami;
import dev.berth.cli.run.ControlCommands;
import dev.berth.cli.run.ProgressFeed;
import dev.berth.cli.run.SupervisorControl;
import dev.berth.cli.run.SupervisorLog;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.Status.SlotStatus;
import dev.berth.supervise.contract.Status.SocketStatus;
import dev.berth.supervise.contract.Status.WorkerStatus;
import dev.berth.supervise.control.ControlServer;
import dev.berth.supervise.control.RuntimeDirectory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/// Runs command lines one after another in one JVM, so that the build can record what they load:
/// `Training FILE`, with one command line per line of FILE. Their exit codes do not matter.
///
/// Meanwhile a dummy supervisor named `training` answers at its control socket, so that both ends
/// of the conversation are recorded, and a listener gives `who` something to find. At the end the
/// demo's server answers one request. The lab is left out: only its own verbs have it on their
/// class path.
final class AotTraining {
    private static final String NAME = "training";

    private AotTraining() {}

    public static void main(String[] args) throws IOException {
        Main.warm();
        var commands = new ControlCommands(new ProgressFeed());
        commands.serve(new Dummy(), new Unwritten());
        Path socket = RuntimeDirectory.locate().resolve(NAME).resolve(RuntimeDirectory.CONTROL);
        try (ControlServer _ = ControlServer.open(socket, commands);
                ServerSocket _ = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (List<String> command : commands(Path.of(args[0]))) {
                Main.run(RawArguments.exact(command.toArray(String[]::new)));
            }
        }
        whoami();
    }

    private static List<List<String>> commands(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(line -> List.of(line.split(" +")))
                .toList();
    }

    private static void whoami() throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        var server = new Whoami(new ServerSocket(0, 1, here), Map.of());
        Thread.ofPlatform().daemon().start(server::serve);
        try (var client = new Socket(here, server.port())) {
            String request = "GET / HTTP/1.1\r\nConnection: close\r\n\r\n";
            client.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            client.getInputStream().readAllBytes();
        }
        server.stop();
    }

    /// The log of the dummy supervisor.
    private static final class Unwritten implements SupervisorLog {
        @Override
        public void note(String text) {}

        @Override
        public List<String> problems() {
            return List.of();
        }
    }

    /// A dummy supervisor with a value in every field of its status.
    private static final class Dummy implements SupervisorControl {
        private static final String LISTEN = "tcp://127.0.0.1:1";

        @Override
        public CompletableFuture<RequestResult> ask(Request request) {
            return CompletableFuture.completedFuture(new RequestResult.Stopped());
        }

        @Override
        public CompletableFuture<Status> status() {
            return CompletableFuture.completedFuture(
                    new Status(
                            NAME,
                            1,
                            NAME,
                            OptionalLong.empty(),
                            false,
                            NAME,
                            new Command(List.of(NAME)),
                            List.of(LISTEN),
                            Optional.empty(),
                            List.of(),
                            List.of(slot()),
                            List.of(NAME)));
        }

        private static SlotStatus slot() {
            OptionalInt one = OptionalInt.of(1);
            OptionalLong none = OptionalLong.of(0);
            return new SlotStatus(
                    0,
                    "ready",
                    one,
                    1,
                    0,
                    Instant.now(),
                    "",
                    false,
                    List.of(new WorkerStatus(1, 1, "ready", one)),
                    List.of(
                            new SocketStatus(
                                    LISTEN, 1, none, one, one, none, none, OptionalDouble.of(1))));
        }
    }
}
