package dev.berth.cli.ports;

import dev.berth.inspect.PortSocket;
import dev.berth.inspect.Printable;
import dev.berth.inspect.SharePlan;
import dev.berth.inspect.UserNames;
import dev.berth.net.Protocol;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/// The effects of opening or closing a port: who may bind it, who gets what, what cannot be undone.
final class ShareEffects {
    private static final String MEMORY =
            "until a bind without SO_REUSEPORT succeeds on the port, or its last socket is closed";

    private final String target;
    private final SharePlan plan;
    private final IntFunction<String> users;

    ShareEffects(String target, SharePlan plan) {
        this(target, plan, new UserNames()::name);
    }

    /// @param users gives the name of a uid
    ShareEffects(String target, SharePlan plan, IntFunction<String> users) {
        this.target = target;
        this.plan = plan;
        this.users = users;
    }

    List<String> sentences() {
        return plan.open() ? opening() : closing();
    }

    private boolean tcp() {
        return plan.ports().getFirst().protocol() == Protocol.TCP;
    }

    private List<String> opening() {
        Set<String> joining = new LinkedHashSet<>();
        plan.ports().forEach(port -> joining.add(joining(port)));
        List<String> all = new ArrayList<>(joining);
        all.add(
                tcp()
                        ? "nothing changes until another process binds; from then on the kernel"
                                + " gives each listener at the same address an equal share of the"
                                + " new connections, by a hash: the running server keeps its share"
                                + " and its connections"
                        : "as soon as another process binds, each socket at the same address gets a"
                                + " share of the clients, by a hash: datagrams of a client that the"
                                + " running server knows may go to a process that does not know the"
                                + " client");
        if (!plan.lasting().isEmpty()) {
            int count = plan.lasting().size();
            all.add(
                    count
                            + (count == 1 ? " connection" : " connections")
                            + " cannot be changed, because no process that owns the port holds it"
                            + " (in TIME_WAIT, not accepted yet, or of another process): until it"
                            + " is gone, a new process also needs SO_REUSEADDR, which helps only if"
                            + " the running server had it from the start");
        }
        all.add(
                "berth close "
                        + target
                        + " undoes this until another process has joined; sockets that joined stay"
                        + (tcp()
                                ? ", and the kernel remembers them: it keeps admitting other"
                                        + " sockets with that uid "
                                        + MEMORY
                                : ""));
        return all;
    }

    private String joining(PortSocket port) {
        int uid = port.uid();
        String single =
                port.local().wildcard()
                        ? " (or a single address with that port, and then gets all traffic to that"
                                + " address)"
                        : "";
        return "any process with uid "
                + user(uid)
                + " that sets SO_REUSEPORT before its bind can then bind "
                + port.local()
                + single
                + " as well, without asking; processes with another uid cannot"
                + (uid == 0 ? "" : ", not even root");
    }

    private String user(int uid) {
        String name = users.apply(uid);
        String number = Integer.toUnsignedString(uid);
        return name.equals(number) ? number : number + " (" + Printable.text(name) + ")";
    }

    private List<String> closing() {
        List<String> all = new ArrayList<>();
        all.add(
                "from then on other binds fail (EADDRINUSE), even with SO_REUSEPORT; no socket is"
                        + " closed, and connections stay");
        if (!plan.shared().isEmpty()) {
            boolean four = plan.shared().getFirst().family() == 2;
            all.add(
                    plan.shared().size()
                            + " sockets share the port and stay, but from then on the "
                            + (four ? "last" : "first")
                            + " of them to bind gets everything new, and the others get nothing");
        }
        if (tcp()) {
            all.add(
                    "if another socket with SO_REUSEPORT has joined meanwhile, the kernel remembers"
                            + " it even after it is gone, and may keep admitting other sockets with"
                            + " that uid "
                            + MEMORY
                            + "; what it remembers cannot be read");
        }
        return all;
    }
}
