package dev.berth.lab;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Poll;
import dev.berth.sys.Processes;
import dev.berth.sys.Redirect;
import dev.berth.sys.Spawn;
import dev.berth.sys.SpawnRequest;
import dev.berth.sys.User;
import dev.berth.sys.UserChange;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A process that acts, seen from the lab.
///
/// **Ownership:** [#close()] kills it and waits for its end. It also ends when the lab does,
/// because that closes its line.
final class ActorProcess implements AutoCloseable {
    private static final int SIGKILL = 9;
    private static final int END_MILLIS = 5000;

    private final int pid;
    private final boolean ownChild;
    private final Fd pidfd;
    private final ActorChannel channel;
    private boolean ended;

    private ActorProcess(int pid, boolean ownChild, Fd pidfd, ActorChannel channel) {
        this.pid = pid;
        this.ownChild = ownChild;
        this.pidfd = pidfd;
        this.channel = channel;
    }

    /// Starts an actor in the network namespace of the calling thread.
    ///
    /// @throws IOException also if nothing can be started as the user `spec.uid()`
    static ActorProcess start(ActorSpec spec, List<String> command) throws IOException {
        Fd[] ends = ActorChannel.pair();
        try (Fd other = ends[1]) {
            Redirect line = new Redirect(other.number(), Actors.CHANNEL);
            int pid = spec.uid() == 0 ? asRoot(spec, command, line) : asUser(spec, command, line);
            return of(pid, true, ends[0]);
        } catch (IOException failed) {
            ends[0].close();
            throw failed;
        }
    }

    private static int asRoot(ActorSpec spec, List<String> command, Redirect line)
            throws ErrnoException {
        return spawn(request(words(spec, command), List.of(line)));
    }

    /// Starts it with copies of the classes: that user may lack access to our folder.
    private static int asUser(ActorSpec spec, List<String> command, Redirect line)
            throws IOException {
        String name = "uid " + Integer.toUnsignedString(spec.uid());
        User user = new User(name, spec.uid(), spec.uid(), "/", "/bin/sh", List.of());
        UserChange change = UserChange.to(user, "an actor");
        try (Fd classes = ClassArchive.of(command)) {
            List<String> words = words(spec, ClassArchive.instead(command));
            Redirect archive = new Redirect(classes.number(), Actors.CLASSES);
            return spawn(change.apply(request(words, List.of(line, archive))));
        }
    }

    private static List<String> words(ActorSpec spec, List<String> command) {
        List<String> words = new ArrayList<>(command);
        words.add(spec.name());
        words.add(Integer.toString(spec.uid()));
        return words;
    }

    /// An actor that another actor has started.
    static ActorProcess forked(int pid, Fd channel) throws ErrnoException {
        return of(pid, false, channel);
    }

    private static ActorProcess of(int pid, boolean ownChild, Fd channel) throws ErrnoException {
        Fd pidfd = Fd.of("pidfd_open", pid, Pidfds.pidfdOpen(pid, 0));
        return new ActorProcess(pid, ownChild, pidfd, new ActorChannel(channel));
    }

    /// A request to start a program with this process's environment and standard error, as this
    /// user.
    static SpawnRequest request(List<String> words, List<Redirect> redirects) {
        List<String> environment = new ArrayList<>();
        System.getenv().forEach((name, value) -> environment.add(name + "=" + value));
        List<Redirect> all = new ArrayList<>(redirects);
        all.add(new Redirect(2, 1));
        return new SpawnRequest(words.getFirst(), words, environment, Path.of("/"), all, true);
    }

    /// Starts the program and returns its pid.
    static int spawn(SpawnRequest request) throws ErrnoException {
        return (int) ErrnoException.check("spawn", request.file(), Spawn.posixSpawn(request));
    }

    int pid() {
        return pid;
    }

    ActorChannel channel() {
        return channel;
    }

    /// The actor's answer, with descriptors; empty if it has ended. Waits as long as a step may
    /// take.
    Optional<ActorChannel.Message> answer(int millis) throws ErrnoException, StepTimeoutException {
        if (!channel.ready(millis)) {
            throw new StepTimeoutException();
        }
        return channel.receive();
    }

    void kill() {
        Pidfds.pidfdSendSignal(pidfd.number(), SIGKILL);
    }

    /// Whether it is known to have ended.
    boolean ended() {
        return ended;
    }

    /// Waits until it has ended and all its descriptors are closed; false if that does not happen.
    boolean awaitEnd() throws ErrnoException {
        if (!ended && Poll.poll(pidfd.number(), Poll.POLLIN, END_MILLIS) > 0) {
            ended = true;
            if (ownChild) {
                Processes.reap(pid);
            }
        }
        return ended;
    }

    @Override
    public void close() {
        if (!pidfd.isOpen()) {
            return;
        }
        kill();
        try {
            awaitEnd();
        } catch (ErrnoException reaped) {
            // It had already ended.
        }
        pidfd.close();
        channel.close();
    }
}
