package dev.berth.inspect;

import dev.berth.net.Protocol;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.SeededRandom;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Programs of two users that hold sockets, and two more that try to get in, in the network
/// namespace of the calling thread, which gets a second device.
final class SocketPrograms implements AutoCloseable {
    static final int OTHER_UID = 1000;
    static final String DEVICE = "dum0";

    private static final Duration LIMIT = Duration.ofMinutes(3);

    /// The state that an older socket has reached. For EPHEMERAL the kernel chooses the port.
    private enum Fate {
        BOUND,
        LISTENING,
        SHUT_DOWN,
        ACCEPTED,
        ACCEPTED_ALONE,
        QUEUED,
        CLOSE_WAIT,
        ORPHAN,
        TIME_WAIT,
        TIME_WAIT_ALONE,
        TOGGLED,
        IN_FLIGHT,
        FORKED,
        OUTGOING
    }

    private final List<SocketProgram> holders = new ArrayList<>();
    private final List<SocketProgram> triers = new ArrayList<>();
    private final List<String> told = new ArrayList<>();

    static SocketPrograms open() throws IOException, InterruptedException {
        for (String words :
                List.of(
                        "link add dum0 type bridge",
                        "link set dum0 up",
                        "addr add 10.1.0.1/24 dev dum0",
                        "addr add fd00::1/64 dev dum0 nodad")) {
            List<String> command = new ArrayList<>(List.of("ip"));
            command.addAll(List.of(words.split(" ")));
            try (ChildProcess ip = ChildProcess.start(new ProcessBuilder(command))) {
                if (ip.awaitExit(LIMIT) != 0) {
                    throw new IOException("ip " + words + ": " + ip.output());
                }
            }
        }
        SocketPrograms programs = new SocketPrograms();
        for (int uid : new int[] {0, OTHER_UID}) {
            programs.holders.add(SocketProgram.start(uid));
            programs.triers.add(SocketProgram.start(uid));
        }
        return programs;
    }

    private static int index(int uid) {
        return uid == 0 ? 0 : 1;
    }

    /// A real attempt, by a separate process.
    String attempt(Attempt attempt) throws IOException {
        return attempt.make(triers.get(index(attempt.request().uid())));
    }

    /// All commands sent to the holders since they were last reset.
    String told() {
        return String.join("; ", told);
    }

    /// Closes all older sockets; connections may leave TIME_WAIT.
    void reset() throws IOException {
        for (SocketProgram holder : holders) {
            holder.tell("reset()");
        }
        told.clear();
    }

    /// Creates an older socket; returns whether that succeeded.
    boolean hold(SeededRandom random, Protocol protocol, int port, String name) throws IOException {
        Attempt made = Attempt.random(random, protocol, port, false);
        SocketProgram program = holders.get(index(made.request().uid()));
        told.add("uid " + made.request().uid());
        tell(program, "open('%s', %s)", name, made.options());
        if (!tell(program, "bind('%s', '%s', %d)", name, made.host(), port).equals("OK")) {
            tell(program, "close('%s')", name);
            return false;
        }
        if (protocol == Protocol.UDP) {
            udp(random, program, name, made);
        } else {
            tcp(random.pick(List.of(Fate.values())), random, program, name, made);
        }
        return true;
    }

    private String tell(SocketProgram program, String call, Object... arguments)
            throws IOException {
        String answer = program.tell(call, arguments);
        told.add(call.formatted(arguments) + (answer.equals("OK") ? "" : " -> " + answer));
        return answer;
    }

    private void udp(SeededRandom random, SocketProgram program, String name, Attempt made)
            throws IOException {
        switch (random.nextInt(6)) {
            case 0 -> {
                boolean six = made.six() && !made.host().startsWith("::ffff:");
                String peer = six ? "::1" : made.six() ? "::ffff:127.0.0.1" : "127.0.0.1";
                tell(program, "connect('%s', '%s', 9)", name, peer);
            }
            case 1 -> toggle(random, program, name);
            case 2 -> tell(program, "fly('%s')", name);
            case 3 -> tell(program, "fork('%s')", name);
            default -> {}
        }
    }

    private void toggle(SeededRandom random, SocketProgram program, String name)
            throws IOException {
        tell(program, "toggle('%s', %d, %d)", name, random.nextInt(2), random.nextInt(2));
    }

    private void tcp(
            Fate fate, SeededRandom random, SocketProgram program, String name, Attempt made)
            throws IOException {
        if (fate == Fate.BOUND) {
            return;
        }
        if (fate == Fate.OUTGOING) {
            outgoing(program, name, made);
            return;
        }
        if (!tell(program, "listen('%s')", name).equals("OK")) {
            return;
        }
        switch (fate) {
            case SHUT_DOWN -> tell(program, "shutdown('%s')", name);
            case TOGGLED -> toggle(random, program, name);
            case IN_FLIGHT -> tell(program, "fly('%s')", name);
            case FORKED -> tell(program, "fork('%s')", name);
            case BOUND, LISTENING, OUTGOING -> {}
            case QUEUED -> connect(random, program, name, made);
            case ACCEPTED, ACCEPTED_ALONE, CLOSE_WAIT, ORPHAN, TIME_WAIT, TIME_WAIT_ALONE -> {
                connect(random, program, name, made);
                if (tell(program, "accept('%s', '%s.child')", name, name).equals("OK")) {
                    connection(fate, program, name);
                }
            }
        }
    }

    private void connection(Fate fate, SocketProgram program, String name) throws IOException {
        boolean ends = fate == Fate.TIME_WAIT || fate == Fate.TIME_WAIT_ALONE;
        if (ends || fate == Fate.ORPHAN) {
            tell(program, "close('%s.child')", name);
        }
        if (ends || fate == Fate.CLOSE_WAIT) {
            tell(program, "close('%s.client')", name);
        }
        if (fate == Fate.ACCEPTED_ALONE || fate == Fate.TIME_WAIT_ALONE) {
            tell(program, "close('%s')", name);
        }
    }

    private void connect(SeededRandom random, SocketProgram program, String name, Attempt made)
            throws IOException {
        boolean dual = made.host().equals("::") && !made.request().v6only();
        boolean any = made.host().equals("0.0.0.0") || made.host().equals("::ffff:0.0.0.0");
        String host =
                any || (dual && random.nextBoolean())
                        ? "127.0.0.1"
                        : made.host().equals("::") ? "::1" : made.host().replace("::ffff:", "");
        boolean six = host.contains(":");
        String device = made.request().device().filter(SocketPrograms.DEVICE::equals).orElse("");
        tell(program, "open('%s.client', 1, %d, 0, 0, 0, '%s')", name, six ? 6 : 4, device);
        int port = made.request().where().port();
        tell(program, "connect('%s.client', '%s', %d)", name, host, port);
    }

    /// A client that was bound before it connected, to a listener elsewhere.
    private void outgoing(SocketProgram program, String name, Attempt made) throws IOException {
        String host =
                made.six() && !made.host().startsWith("::ffff:")
                        ? "::1"
                        : made.six() ? "::ffff:127.0.0.1" : "127.0.0.1";
        tell(program, "open('%s.far', 1, %d, 0, 0, 0, '')", name, made.six() ? 6 : 4);
        tell(program, "bind('%s.far', '%s', 0)", name, host);
        tell(program, "listen('%s.far')", name);
        String port = program.tell("port('%s.far')", name);
        tell(program, "connect('%s', '%s', %s)", name, host, port);
    }

    /// Creates a client whose port the kernel chose, and returns that port.
    int ephemeral(SeededRandom random, String name) throws IOException {
        SocketProgram program = holders.get(random.nextInt(2));
        boolean six = random.nextBoolean();
        String host = six ? "::1" : "127.0.0.1";
        tell(program, "open('%s.far', 1, %d, 0, 0, 0, '')", name, six ? 6 : 4);
        tell(program, "bind('%s.far', '%s', 0)", name, host);
        tell(program, "listen('%s.far')", name);
        String far = program.tell("port('%s.far')", name);
        int reuseaddr = random.nextInt(2);
        tell(program, "open('%s', 1, %d, %d, 0, 0, '')", name, six ? 6 : 4, reuseaddr);
        tell(program, "connect('%s', '%s', %s)", name, host, far);
        return Integer.parseInt(program.tell("port('%s')", name));
    }

    @Override
    public void close() throws IOException {
        for (SocketProgram program : holders) {
            program.close();
        }
        for (SocketProgram program : triers) {
            program.close();
        }
    }
}
