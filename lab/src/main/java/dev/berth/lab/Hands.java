package dev.berth.lab;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;
import dev.berth.sys.Redirect;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Carries out the steps of one actor, in its process. For one thread.
final class Hands {
    private static final int FIRST_INHERITED = 10;

    private final String name;
    private final int uid;
    private final SocketShelf sockets = new SocketShelf();
    private final Crowds crowds;
    private final Servers servers;
    private final Steering steering;

    Hands(String name, int uid) {
        this.name = name;
        this.uid = uid;
        this.servers = new Servers(name, sockets);
        this.crowds = new Crowds();
        this.steering = new Steering(sockets);
    }

    /// Keeps an inherited descriptor.
    void take(String id, Fd socket) {
        sockets.put(id, socket);
    }

    /// Carries out one step; never fails.
    Reply perform(String word, Arguments arguments, List<Fd> descriptors) {
        try {
            if (word.equals(Actor.TAKE)) {
                take(arguments.text("id"), descriptors.getFirst());
                return new Reply(Answer.ok());
            }
            Op op = OpKind.named(word).op(arguments);
            if (op instanceof Op.Pass pass) {
                return new Reply(Answer.ok(), sockets.number(pass.id()));
            }
            if (op instanceof Op.Fork fork) {
                return new Reply(fork(fork, descriptors.getFirst()));
            }
            return new Reply(perform(op));
        } catch (ErrnoException refused) {
            return new Reply(Answer.of(-(long) refused.errno()));
        } catch (IOException | RuntimeException failed) {
            return new Reply(Answer.of("failed: " + failed + " EINVAL"));
        } finally {
            if (!word.equals(Actor.TAKE)) {
                descriptors.forEach(Fd::close);
            }
        }
    }

    private Answer perform(Op op) throws IOException {
        return switch (op) {
            case Op.Socket socket -> socket(socket);
            case Op.Set set -> set(set);
            case Op.Get get -> Answer.of(Setting.read(sockets.number(get.id()), get.option()));
            case Op.Bind bind -> Answer.of(Sockets.bind(sockets.number(bind.id()), bind.address()));
            case Op.Listen listen ->
                    Answer.of(Sockets.listen(sockets.number(listen.id()), listen.backlog()));
            case Op.Open open -> open(open);
            case Op.Connect connect -> connect(connect);
            case Op.Accept accept -> accept(accept);
            case Op.Send send -> Traffic.send(sockets.number(send.id()), send);
            case Op.Receive receive ->
                    Answer.of(
                            Traffic.receive(sockets.number(receive.id()), receive.withinMillis()));
            case Op.Shutdown shutdown ->
                    Answer.of(Sockets.shutdown(sockets.number(shutdown.id()), shutdown.how()));
            case Op.Close close -> close(close);
            case Op.Wait wait -> Table.await(wait);
            case Op.Who who -> Queries.who(who);
            case Op.Why why -> Queries.why(why, uid);
            case Op.Route route -> Queries.route(route);
            case Op.Steer steer -> steering.steer(steer);
            case Op.Listed listed -> Table.listed(listed);
            case Op.Device() ->
                    SecondDevice.create() ? Answer.ok() : Answer.of(Errno.ENODEV.name());
            case Op.Supported supported -> Queries.supported(supported);
            case Op.Pin pin -> Answer.of(Processes.pinTo(pin.cpu())).with("cpu", Processes.cpu());
            case Op.Sysctl sysctl -> Queries.sysctl(sysctl);
            case Op.Serve serve -> servers.serve(serve.ids());
            case Op.Drain drain -> Traffic.drain(sockets.number(drain.id()));
            case Op.Crowd crowd -> crowds.gather(crowd);
            case Op.Collect collect -> crowds.collect(collect);
            case Op.Spread spread -> crowds.spread(spread);
            case Op.Exit(), Op.Kill() -> throw new IllegalStateException("handled by the lab");
            case Op.Pass _, Op.Fork _ -> throw new IllegalStateException("handled earlier");
        };
    }

    private Answer socket(Op.Socket op) throws ErrnoException {
        try (Fd socket = make(op.family(), op.protocol())) {
            Setting.apply(socket.number(), op.settings());
            return keep(op.id(), new Fd(socket.release()));
        }
    }

    private static Fd make(int family, Protocol protocol) throws ErrnoException {
        int type = protocol.socketType() | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
        return Fd.of("socket", protocol, Sockets.socket(family, type, protocol.number()));
    }

    private Answer keep(String id, Fd socket) throws ErrnoException {
        sockets.put(id, socket);
        return Answer.ok().withSocket(id, SocketOption.COOKIE.read(socket.number()));
    }

    private Answer set(Op.Set op) throws ErrnoException {
        Setting.apply(sockets.number(op.id()), op.settings());
        return Answer.ok();
    }

    private Answer open(Op.Open op) throws ErrnoException {
        SockAddr.Inet address = op.address().address();
        try (Fd socket = make(address.family(), op.address().protocol())) {
            Setting.apply(socket.number(), op.settings());
            long bound = Sockets.bind(socket.number(), address);
            if (bound < 0) {
                return refused("bind", bound);
            }
            boolean tcp = op.address().protocol() == Protocol.TCP;
            long listening =
                    tcp && op.backlog() >= 0 ? Sockets.listen(socket.number(), op.backlog()) : 0;
            return listening < 0
                    ? refused("listen", listening)
                    : keep(op.id(), new Fd(socket.release()));
        }
    }

    private static Answer refused(String call, long result) {
        Answer answer = Answer.of(result);
        return answer.withResult(call + " " + answer.result());
    }

    private Answer connect(Op.Connect op) throws ErrnoException {
        if (sockets.has(op.id())) {
            return Answer.of(Traffic.connect(sockets.number(op.id()), op.address().address()));
        }
        ListenAddress to = op.address();
        try (Fd socket = make(to.address().family(), to.protocol())) {
            Setting.apply(socket.number(), op.settings());
            if (op.from().isPresent()) {
                long bound = Sockets.bind(socket.number(), op.from().get());
                if (bound < 0) {
                    return refused("bind", bound);
                }
            }
            long result = Traffic.connect(socket.number(), to.address());
            return result < 0 ? Answer.of(result) : keep(op.id(), new Fd(socket.release()));
        }
    }

    private Answer accept(Op.Accept op) throws ErrnoException {
        int listener = sockets.number(op.id());
        long result = Traffic.accept(listener, op.withinMillis());
        return result < 0 ? Answer.of(result) : keep(op.as(), new Fd((int) result));
    }

    private Answer close(Op.Close op) throws ErrnoException {
        if (crowds.close(op.id())) {
            return Answer.ok();
        }
        servers.stop(op.id());
        if (op.reset()) {
            Traffic.resetOnClose(sockets.number(op.id()));
        }
        sockets.close(op.id());
        return Answer.ok();
    }

    /// Starts another process with this code, which inherits the sockets that it is to keep.
    private Answer fork(Op.Fork op, Fd channel) throws ErrnoException {
        List<Redirect> redirects = new ArrayList<>();
        redirects.add(new Redirect(channel.number(), Actors.CHANNEL));
        List<String> words = new ArrayList<>(OwnCommand.words());
        if (words.contains(ClassArchive.PATH)) {
            redirects.add(new Redirect(Actors.CLASSES, Actors.CLASSES));
        }
        words.add(op.child());
        words.add(Integer.toString(uid));
        for (String id : op.keep()) {
            int target = FIRST_INHERITED + redirects.size();
            redirects.add(new Redirect(sockets.number(id), target));
            words.add(target + "=" + id);
        }
        int pid = ActorProcess.spawn(ActorProcess.request(words, redirects));
        return Answer.ok().with("pid", pid);
    }

    @Override
    public String toString() {
        return name;
    }

    /// Reports that there is no such socket, as the kernel would.
    static ErrnoException noSuch(String id) {
        return new ErrnoException("use", id, Errno.EBADF.number());
    }
}
