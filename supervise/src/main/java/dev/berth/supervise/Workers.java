package dev.berth.supervise;

import dev.berth.net.ListenAddress;
import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.supervise.adoption.HandedSockets;
import dev.berth.supervise.contract.Adopt;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.CommandLookup;
import dev.berth.supervise.contract.Plan;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.Equipment;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.NotifySocket;
import dev.berth.supervise.process.OutputPump;
import dev.berth.supervise.process.Spawner;
import dev.berth.supervise.process.UserAccess;
import dev.berth.supervise.process.WorkerEnvironment;
import dev.berth.supervise.process.WorkerOutput;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.SocketRegistry;
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
final class Workers {
    private static final int LONGEST_SOCKET_PATH = 107;

    /// The fd number of the worker's end of a dispatcher's socket pair, in the worker.
    private static final int DISPATCH_DESCRIPTOR = 3;

    private final Plan plan;
    private final OutputPump pump;
    private final Spawner spawner;
    private final HandedSockets handed;
    private final Consumer<String> say;

    /// @param say is passed messages for the user
    Workers(Plan plan, SocketRegistry registry, Equipment equipment, Consumer<String> say) {
        this.plan = plan;
        this.say = say;
        pump = equipment.pump();
        spawner = equipment.spawner();
        handed = new HandedSockets(plan, registry);
    }

    /// Starts one worker.
    ///
    /// @param workers the number of slots, for BERTH_WORKERS
    /// @param cpu the only CPU that the worker may run on, if there is such a limit
    /// @param end the worker's end of the dispatcher's socket pair, if there is a dispatcher; stays
    ///   the caller's
    LiveWorker start(WorkerId id, Command command, int workers, OptionalInt cpu, Optional<Fd> end)
            throws IOException {
        Optional<NotifySocket> notifySocket = notifySocket(id);
        try (OutputPump.Pipes pipes = pump.open(id, plan.user())) {
            List<HeldSocket> sockets =
                    plan.adopt() == Adopt.LISTEN_FDS ? handed.open(id) : List.of();
            Spawner.Child child =
                    spawner.start(
                            request(id, command, workers, notifySocket, pipes, sockets, end), cpu);
            LiveWorker worker = live(id, child, notifySocket, pipes.output());
            for (HeldSocket socket : sockets) {
                worker.counted().add(socket.key().listen());
            }
            for (ListenAddress address :
                    plan.adopt() == Adopt.BIND ? plan.listen() : List.<ListenAddress>of()) {
                worker.counted().add(address);
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
        Path path = plan.runtime().resolve("notify-" + id);
        boolean needed =
                plan.settings().ready() == Settings.Ready.ANNOUNCED && plan.probe().isEmpty();
        Optional<String> unusable = unusable(path);
        if (unusable.isPresent() && needed) {
            throw new IOException("workers cannot send READY=1: " + unusable.get());
        }
        if (unusable.isPresent()) {
            return Optional.empty();
        }
        try {
            return Optional.of(NotifySocket.open(path, plan.user()));
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
        return plan.user()
                .filter(user -> !UserAccess.mayReach(user, plan.runtime()))
                .map(
                        user ->
                                "user "
                                        + user.name()
                                        + " is not permitted to enter "
                                        + plan.runtime()
                                        + "; start Berth with env -u XDG_RUNTIME_DIR berth run …"
                                        + " to keep its sockets in /run/berth");
    }

    private static LiveWorker live(
            WorkerId id,
            Spawner.Child child,
            Optional<NotifySocket> notifySocket,
            WorkerOutput output)
            throws IOException {
        try {
            Fd pidfd = Fd.of("pidfd_open", child.pid(), Pidfds.pidfdOpen(child.pid(), 0));
            long start = ProcessList.of(child.pid()).map(ProcessEntry::startTicks).orElse(0L);
            return new LiveWorker(
                    id, child.pid(), start, pidfd, child.notifications(), notifySocket, output);
        } catch (IOException | RuntimeException | Error unwatchable) {
            Processes.kill(child.pid(), Signal.KILL.number());
            child.notifications().ifPresent(Fd::close);
            throw unwatchable;
        }
    }

    private SpawnRequest request(
            WorkerId id,
            Command command,
            int workers,
            Optional<NotifySocket> notifySocket,
            OutputPump.Pipes pipes,
            List<HeldSocket> sockets,
            Optional<Fd> end)
            throws IOException {
        if (!Files.isDirectory(plan.directory())) {
            throw new IOException("no such working directory: " + plan.directory());
        }
        List<String> words = command.wordsFor(id);
        Map<String, String> variables =
                sockets.isEmpty() ? new HashMap<>() : HandedSockets.environment(sockets);
        List<Redirect> redirects = new ArrayList<>(handed.redirects(sockets));
        end.ifPresent(
                fd -> {
                    redirects.add(new Redirect(fd.number(), DISPATCH_DESCRIPTOR));
                    String number = Integer.toString(DISPATCH_DESCRIPTOR);
                    variables.put(WorkerEnvironment.DISPATCH_FD, number);
                });
        redirects.add(new Redirect(pipes.out().number(), 1));
        redirects.add(new Redirect(pipes.err().number(), 2));
        Map<String, String> own = WorkerEnvironment.own();
        Map<String, String> seen = new HashMap<>(own);
        seen.putAll(command.environmentFor(id, plan.environment()));
        String file = CommandLookup.find(words.getFirst(), plan.directory(), seen).toString();
        List<String> arguments = words;
        if (!sockets.isEmpty()) {
            List<String> found = new ArrayList<>(words);
            found.set(0, file);
            arguments = HandedSockets.announced(found);
            file = "/bin/sh";
        }
        List<String> environment =
                WorkerEnvironment.of(plan, workers, id, command, notifySocket, variables, own);
        return new SpawnRequest(file, arguments, environment, plan.directory(), redirects, true);
    }
}
