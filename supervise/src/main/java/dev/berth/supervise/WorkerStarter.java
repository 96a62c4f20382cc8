package dev.berth.supervise;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.supervise.adoption.SocketActivation;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.CommandLookup;
import dev.berth.supervise.contract.Readiness;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.NotifySocket;
import dev.berth.supervise.process.OutputPump;
import dev.berth.supervise.process.ProcessStarter;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.UserAccess;
import dev.berth.supervise.process.WorkerEnvironment;
import dev.berth.supervise.process.WorkerOutput;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Processes;
import dev.berth.sys.Redirect;
import dev.berth.sys.Signal;
import dev.berth.sys.SpawnRequest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// Starts workers: makes the pipes for their output, the sockets and variables that they are
/// handed, and the process, and opens what the supervisor watches it by.
final class WorkerStarter {
    private static final int LONGEST_SOCKET_PATH = 107;

    /// The fd number of the worker's end of a dispatcher's socket pair, in the worker.
    private static final int DISPATCH_DESCRIPTOR = 3;

    private final ServiceSpec spec;
    private final OutputPump pump;
    private final ProcessStarter spawner;
    private final SocketActivation activation;
    private final Map<String, String> own;
    private final WorkerEnvironment environment;
    private final Consumer<String> say;

    /// What a worker is given besides its command.
    ///
    /// @param sockets listeners by socket activation
    /// @param end the worker's end of the dispatcher's socket pair
    private record Given(
            OutputPump.Pipes pipes,
            Optional<NotifySocket> notifySocket,
            List<HeldSocket> sockets,
            Optional<Fd> end) {}

    /// @param say is passed messages for the user
    WorkerStarter(
            ServiceSpec spec,
            ListenerRegistry registry,
            SupervisorResources resources,
            Consumer<String> say) {
        this.spec = spec;
        this.say = say;
        own = resources.env().variables();
        environment = new WorkerEnvironment(spec, own);
        pump = resources.pump();
        spawner = resources.spawner();
        activation = new SocketActivation(spec, registry);
    }

    /// Starts one worker.
    ///
    /// @param workers the number of slots, for BERTH_WORKERS
    /// @param cpu the only CPU that the worker may run on, if there is such a limit
    /// @param end the worker's end of the dispatcher's socket pair, if there is a dispatcher; stays
    ///   the caller's
    WorkerProcess start(
            WorkerId id, Command command, int workers, OptionalInt cpu, Optional<Fd> end)
            throws IOException {
        Optional<NotifySocket> notifySocket = notifySocket(id);
        try (OutputPump.Pipes pipes = pump.open(id, spec.user())) {
            List<HeldSocket> sockets =
                    spec.sockets() instanceof SocketSource.Activate
                            ? activation.open(id)
                            : List.of();
            Given given = new Given(pipes, notifySocket, sockets, end);
            ProcessStarter.Child child = spawner.start(request(id, command, workers, given), cpu);
            WorkerProcess worker = live(id, child, notifySocket, pipes.output());
            for (HeldSocket socket : sockets) {
                worker.sharedAddresses().add(socket.key().listen());
            }
            if (spec.sockets() instanceof SocketSource.SelfBind) {
                worker.sharedAddresses().addAll(spec.listen());
            }
            return worker;
        } catch (IOException | RuntimeException | Error failed) {
            notifySocket.ifPresent(NotifySocket::close);
            throw failed;
        }
    }

    /// Empty if a worker could not connect to the socket, or if the socket cannot be created (on a
    /// full disk, for example) and the worker can be ready without it.
    private Optional<NotifySocket> notifySocket(WorkerId id) throws IOException {
        Path path = spec.runtime().resolve("notify-" + id);
        boolean needed =
                spec.group()
                        .filter(group -> group.readiness() instanceof Readiness.Notified)
                        .isPresent();
        Optional<String> unusable = unusable(path);
        if (unusable.isPresent() && needed) {
            throw new IOException("workers cannot send READY=1: " + unusable.get());
        }
        if (unusable.isPresent()) {
            return Optional.empty();
        }
        try {
            return Optional.of(NotifySocket.open(path, spec.user()));
        } catch (IOException failed) {
            if (needed) {
                throw failed;
            }
            say.accept("slot " + id + " gets no NOTIFY_SOCKET: " + failed.getMessage());
            return Optional.empty();
        }
    }

    private Optional<String> unusable(Path path) {
        if (path.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_SOCKET_PATH) {
            return Optional.of(
                    "the socket path is too long: "
                            + path
                            + "; set XDG_RUNTIME_DIR to a shorter one");
        }
        return spec.user()
                .filter(user -> !UserAccess.mayReach(user, spec.runtime()))
                .map(
                        user ->
                                ("user %s is not permitted to enter %s; start Berth with env -u"
                                     + " XDG_RUNTIME_DIR berth run … to keep its sockets in"
                                     + " /run/berth")
                                        .formatted(user.name(), spec.runtime()));
    }

    private static WorkerProcess live(
            WorkerId id,
            ProcessStarter.Child child,
            Optional<NotifySocket> notifySocket,
            WorkerOutput output)
            throws IOException {
        try {
            Fd pidfd = Fd.of("pidfd_open", child.pid(), Pidfds.pidfdOpen(child.pid(), 0));
            long start = ProcessList.of(child.pid()).map(ProcessEntry::startTicks).orElse(0L);
            return new WorkerProcess(
                    id,
                    new WorkerProcess.FirstProcess(child.pid(), start, pidfd),
                    child.notifications(),
                    notifySocket,
                    output);
        } catch (IOException | RuntimeException | Error unwatchable) {
            Processes.kill(child.pid(), Signal.KILL.number());
            child.notifications().ifPresent(Fd::close);
            throw unwatchable;
        }
    }

    private SpawnRequest request(WorkerId id, Command command, int workers, Given given)
            throws IOException {
        if (!Files.isDirectory(spec.process().directory())) {
            throw new IOException("no such working directory: " + spec.process().directory());
        }
        List<String> words = command.wordsFor(id);
        List<HeldSocket> sockets = given.sockets();
        Map<String, String> variables =
                sockets.isEmpty() ? new HashMap<>() : SocketActivation.environment(sockets);
        List<Redirect> redirects = new ArrayList<>(activation.redirects(sockets));
        given.end()
                .ifPresent(
                        fd -> {
                            redirects.add(new Redirect(fd.number(), DISPATCH_DESCRIPTOR));
                            String number = Integer.toString(DISPATCH_DESCRIPTOR);
                            variables.put(WorkerEnvironment.DISPATCH_FD, number);
                        });
        redirects.add(new Redirect(given.pipes().out().number(), 1));
        redirects.add(new Redirect(given.pipes().err().number(), 2));
        Map<String, String> seen = new HashMap<>(own);
        seen.putAll(command.environmentFor(id, spec.process().environment()));
        String file =
                CommandLookup.find(words.getFirst(), spec.process().directory(), seen).toString();
        List<String> arguments = words;
        if (!sockets.isEmpty()) {
            List<String> found = new ArrayList<>(words);
            found.set(0, file);
            arguments = SocketActivation.withListenPid(found);
            file = "/bin/sh";
        }
        return new SpawnRequest(
                file,
                arguments,
                environment.of(id, command, workers, given.notifySocket(), variables),
                spec.process().directory(),
                redirects,
                true);
    }
}
