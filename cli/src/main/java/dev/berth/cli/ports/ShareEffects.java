package dev.berth.cli.ports;

import dev.berth.inspect.Accounts;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.Printable;
import dev.berth.inspect.SharePlan;
import dev.berth.net.Protocol;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/// What it means to open or to close: who may come then, who gets what, what cannot be undone.
final class ShareEffects {
    private static final String MEMORY =
            "until a bind without SO_REUSEPORT succeeds on the port, or its last socket is closed";

    private final String target;
    private final SharePlan plan;
    private final IntFunction<String> users;

    ShareEffects(String target, SharePlan plan) {
        this(target, plan, new Accounts()::name);
    }

    /// - `users`: the name of a uid
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
                        ? "nothing changes until one comes; from then on the kernel gives each"
                                + " listener at the same address a like share of the new"
                                + " connections, by a hash: the one that runs keeps its share, and"
                                + " its connections"
                        : "from the bind of a newcomer on, each socket at the same address gets a"
                                + " share of the clients by a hash: datagrams of a client that the"
                                + " running server knows may go to one that knows nothing of it");
        if (!plan.lasting().isEmpty()) {
            int count = plan.lasting().size();
            all.add(
                    count
                            + (count == 1 ? " connection" : " connections")
                            + " cannot be changed, as no process that has the port holds it"
                            + " (TIME_WAIT, not accepted yet, somebody else's): until it is gone a"
                            + " newcomer needs SO_REUSEADDR too, which helps only if the running"
                            + " one had it from the start");
        }
        all.add(
                "berth close "
                        + target
                        + " undoes it as long as nobody has come; afterwards who has come stays"
                        + (tcp()
                                ? ", and the kernel remembers it: it goes on to let in others of"
                                        + " that uid, "
                                        + MEMORY
                                : ""));
        return all;
    }

    private String joining(PortSocket port) {
        int uid = port.uid();
        String single =
                port.local().wildcard()
                        ? " (or at a single address of that port, and then gets all that goes"
                                + " there)"
                        : "";
        return "any process of uid "
                + user(uid)
                + " that sets SO_REUSEPORT before its bind can then bind "
                + port.local()
                + single
                + " beside it, without asking; no other uid can"
                + (uid == 0 ? "" : ", root neither");
    }

    private String user(int uid) {
        String name = users.apply(uid);
        String number = Integer.toUnsignedString(uid);
        return name.equals(number) ? number : number + " (" + Printable.text(name) + ")";
    }

    private List<String> closing() {
        List<String> all = new ArrayList<>();
        all.add(
                "a bind beside it fails from then on (EADDRINUSE), with SO_REUSEPORT too; no socket"
                        + " is closed, and connections stay");
        if (!plan.shared().isEmpty()) {
            boolean four = plan.shared().getFirst().family() == 2;
            all.add(
                    plan.shared().size()
                            + " sockets share it and stay, but from then on the "
                            + (four ? "last" : "first")
                            + " of them to come gets all that is new, and the others nothing");
        }
        if (tcp()) {
            all.add(
                    "if another socket with SO_REUSEPORT came meanwhile, the kernel remembers it,"
                            + " even when it is gone, and may go on to let in others of that uid, "
                            + MEMORY
                            + "; nobody can read what it remembers");
        }
        return all;
    }
}
