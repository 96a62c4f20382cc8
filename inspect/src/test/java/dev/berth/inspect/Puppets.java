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
final class Puppets implements AutoCloseable {
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

    private final List<Puppet> holders = new ArrayList<>();
    private final List<Puppet> triers = new ArrayList<>();
    private final List<String> told = new ArrayList<>();

    static Puppets open() throws IOException, InterruptedException {
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
        Puppets puppets = new Puppets();
        for (int uid : new int[] {0, OTHER_UID}) {
            puppets.holders.add(Puppet.start(uid));
            puppets.triers.add(Puppet.start(uid));
        }
        return puppets;
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
        for (Puppet holder : holders) {
            holder.tell("reset()");
        }
        told.clear();
    }

    /// Creates an older socket; returns whether that succeeded.
    boolean hold(SeededRandom random, Protocol protocol, int port, String name) throws IOException {
        Attempt made = Attempt.random(random, protocol, port, false);
        Puppet puppet = holders.get(index(made.request().uid()));
        told.add("uid " + made.request().uid());
        tell(puppet, "open('%s', %s)", name, made.options());
        if (!tell(puppet, "bind('%s', '%s', %d)", name, made.host(), port).equals("OK")) {
            tell(puppet, "close('%s')", name);
            return false;
        }
        if (protocol == Protocol.UDP) {
            udp(random, puppet, name, made);
        } else {
            tcp(random.pick(List.of(Fate.values())), random, puppet, name, made);
        }
        return true;
    }

    private String tell(Puppet puppet, String call, Object... arguments) throws IOException {
        String answer = puppet.tell(call, arguments);
        told.add(call.formatted(arguments) + (answer.equals("OK") ? "" : " -> " + answer));
        return answer;
    }

    private void udp(SeededRandom random, Puppet puppet, String name, Attempt made)
            throws IOException {
        switch (random.nextInt(6)) {
            case 0 -> {
                boolean six = made.six() && !made.host().startsWith("::ffff:");
                String peer = six ? "::1" : made.six() ? "::ffff:127.0.0.1" : "127.0.0.1";
                tell(puppet, "connect('%s', '%s', 9)", name, peer);
            }
            case 1 -> toggle(random, puppet, name);
            case 2 -> tell(puppet, "fly('%s')", name);
            case 3 -> tell(puppet, "fork('%s')", name);
            default -> {}
        }
    }

    private void toggle(SeededRandom random, Puppet puppet, String name) throws IOException {
        tell(puppet, "toggle('%s', %d, %d)", name, random.nextInt(2), random.nextInt(2));
    }

    private void tcp(Fate fate, SeededRandom random, Puppet puppet, String name, Attempt made)
            throws IOException {
        if (fate == Fate.BOUND) {
            return;
        }
        if (fate == Fate.OUTGOING) {
            outgoing(puppet, name, made);
            return;
        }
        if (!tell(puppet, "listen('%s')", name).equals("OK")) {
            return;
        }
        switch (fate) {
            case SHUT_DOWN -> tell(puppet, "shutdown('%s')", name);
            case TOGGLED -> toggle(random, puppet, name);
            case IN_FLIGHT -> tell(puppet, "fly('%s')", name);
            case FORKED -> tell(puppet, "fork('%s')", name);
            case BOUND, LISTENING, OUTGOING -> {}
            case QUEUED -> connect(random, puppet, name, made);
            case ACCEPTED, ACCEPTED_ALONE, CLOSE_WAIT, ORPHAN, TIME_WAIT, TIME_WAIT_ALONE -> {
                connect(random, puppet, name, made);
                if (tell(puppet, "accept('%s', '%s.child')", name, name).equals("OK")) {
                    connection(fate, puppet, name);
                }
            }
        }
    }

    private void connection(Fate fate, Puppet puppet, String name) throws IOException {
        boolean ends = fate == Fate.TIME_WAIT || fate == Fate.TIME_WAIT_ALONE;
        if (ends || fate == Fate.ORPHAN) {
            tell(puppet, "close('%s.child')", name);
        }
        if (ends || fate == Fate.CLOSE_WAIT) {
            tell(puppet, "close('%s.client')", name);
        }
        if (fate == Fate.ACCEPTED_ALONE || fate == Fate.TIME_WAIT_ALONE) {
            tell(puppet, "close('%s')", name);
        }
    }

    private void connect(SeededRandom random, Puppet puppet, String name, Attempt made)
            throws IOException {
        boolean dual = made.host().equals("::") && !made.request().v6only();
        boolean any = made.host().equals("0.0.0.0") || made.host().equals("::ffff:0.0.0.0");
        String host =
                any || (dual && random.nextBoolean())
                        ? "127.0.0.1"
                        : made.host().equals("::") ? "::1" : made.host().replace("::ffff:", "");
        boolean six = host.contains(":");
        String device = made.request().device().filter(Puppets.DEVICE::equals).orElse("");
        tell(puppet, "open('%s.client', 1, %d, 0, 0, 0, '%s')", name, six ? 6 : 4, device);
        int port = made.request().where().port();
        tell(puppet, "connect('%s.client', '%s', %d)", name, host, port);
    }

    /// A client that was bound before it connected, to a listener elsewhere.
    private void outgoing(Puppet puppet, String name, Attempt made) throws IOException {
        String host =
                made.six() && !made.host().startsWith("::ffff:")
                        ? "::1"
                        : made.six() ? "::ffff:127.0.0.1" : "127.0.0.1";
        tell(puppet, "open('%s.far', 1, %d, 0, 0, 0, '')", name, made.six() ? 6 : 4);
        tell(puppet, "bind('%s.far', '%s', 0)", name, host);
        tell(puppet, "listen('%s.far')", name);
        String port = puppet.tell("port('%s.far')", name);
        tell(puppet, "connect('%s', '%s', %s)", name, host, port);
    }

    /// Creates a client whose port the kernel chose, and returns that port.
    int ephemeral(SeededRandom random, String name) throws IOException {
        Puppet puppet = holders.get(random.nextInt(2));
        boolean six = random.nextBoolean();
        String host = six ? "::1" : "127.0.0.1";
        tell(puppet, "open('%s.far', 1, %d, 0, 0, 0, '')", name, six ? 6 : 4);
        tell(puppet, "bind('%s.far', '%s', 0)", name, host);
        tell(puppet, "listen('%s.far')", name);
        String far = puppet.tell("port('%s.far')", name);
        int reuseaddr = random.nextInt(2);
        tell(puppet, "open('%s', 1, %d, %d, 0, 0, '')", name, six ? 6 : 4, reuseaddr);
        tell(puppet, "connect('%s', '%s', %s)", name, host, far);
        return Integer.parseInt(puppet.tell("port('%s')", name));
    }

    @Override
    public void close() throws IOException {
        for (Puppet puppet : holders) {
            puppet.close();
        }
        for (Puppet puppet : triers) {
            puppet.close();
        }
    }
}
