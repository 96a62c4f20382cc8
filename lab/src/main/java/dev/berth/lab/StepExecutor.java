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
final class StepExecutor {
    private static final int FIRST_INHERITED = 10;

    private final String name;
    private final int uid;
    private final ActorSockets sockets = new ActorSockets();
    private final ClientCrowds clientCrowds;
    private final ActorServers servers;
    private final SteeringPrograms steering;

    StepExecutor(String name, int uid) {
        this.name = name;
        this.uid = uid;
        this.servers = new ActorServers(name, sockets);
        this.clientCrowds = new ClientCrowds();
        this.steering = new SteeringPrograms(sockets);
    }

    /// Keeps an inherited descriptor.
    void take(String id, Fd socket) {
        sockets.put(id, socket);
    }

    /// Carries out one step; never fails.
    ActorReply perform(String word, StepArguments arguments, List<Fd> descriptors) {
        try {
            if (word.equals(Actor.TAKE)) {
                take(arguments.text("id"), descriptors.getFirst());
                return new ActorReply(StepResult.ok());
            }
            Op op = OpKind.named(word).op(arguments);
            if (op instanceof Op.Pass pass) {
                return new ActorReply(StepResult.ok(), sockets.number(pass.id()));
            }
            if (op instanceof Op.Fork fork) {
                return new ActorReply(fork(fork, descriptors.getFirst()));
            }
            return new ActorReply(perform(op));
        } catch (ErrnoException refused) {
            return new ActorReply(StepResult.of(-(long) refused.errno()));
        } catch (IOException | RuntimeException failed) {
            return new ActorReply(StepResult.of("failed: " + failed + " EINVAL"));
        } finally {
            if (!word.equals(Actor.TAKE)) {
                descriptors.forEach(Fd::close);
            }
        }
    }

    private StepResult perform(Op op) throws IOException {
        return switch (op) {
            case Op.Socket socket -> socket(socket);
            case Op.Set set -> set(set);
            case Op.Get get ->
                    StepResult.of(SocketSetting.read(sockets.number(get.id()), get.option()));
            case Op.Bind bind ->
                    StepResult.of(Sockets.bind(sockets.number(bind.id()), bind.address()));
            case Op.Listen listen ->
                    StepResult.of(Sockets.listen(sockets.number(listen.id()), listen.backlog()));
            case Op.Open open -> open(open);
            case Op.Connect connect -> connect(connect);
            case Op.Accept accept -> accept(accept);
            case Op.Send send -> SocketIo.send(sockets.number(send.id()), send);
            case Op.Receive receive ->
                    StepResult.of(
                            SocketIo.receive(sockets.number(receive.id()), receive.withinMillis()));
            case Op.Shutdown shutdown ->
                    StepResult.of(Sockets.shutdown(sockets.number(shutdown.id()), shutdown.how()));
            case Op.Close close -> close(close);
            case Op.Wait wait -> ListedSockets.await(wait);
            case Op.Who who -> Queries.who(who);
            case Op.Why why -> Queries.why(why, uid);
            case Op.Route route -> Queries.route(route);
            case Op.Steer steer -> steering.steer(steer);
            case Op.Listed listed -> ListedSockets.listed(listed);
            case Op.Device() ->
                    SecondDevice.create() ? StepResult.ok() : StepResult.of(Errno.ENODEV.name());
            case Op.Supported supported -> Queries.supported(supported);
            case Op.Pin pin ->
                    StepResult.of(Processes.pinTo(pin.cpu())).with("cpu", Processes.cpu());
            case Op.Sysctl sysctl -> Queries.sysctl(sysctl);
            case Op.Serve serve -> servers.serve(serve.ids());
            case Op.Drain drain -> SocketIo.drain(sockets.number(drain.id()));
            case Op.Crowd crowd -> clientCrowds.gather(crowd);
            case Op.Collect collect -> clientCrowds.collect(collect);
            case Op.Spread spread -> clientCrowds.spread(spread);
            case Op.Exit(), Op.Kill() -> throw new IllegalStateException("handled by the lab");
            case Op.Pass _, Op.Fork _ -> throw new IllegalStateException("handled earlier");
        };
    }

    private StepResult socket(Op.Socket op) throws ErrnoException {
        try (Fd socket = make(op.family(), op.protocol())) {
            SocketSetting.apply(socket.number(), op.settings());
            return keep(op.id(), new Fd(socket.release()));
        }
    }

    private static Fd make(int family, Protocol protocol) throws ErrnoException {
        int type = protocol.socketType() | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
        return Fd.of("socket", protocol, Sockets.socket(family, type, protocol.number()));
    }

    private StepResult keep(String id, Fd socket) throws ErrnoException {
        sockets.put(id, socket);
        return StepResult.ok().withSocket(id, SocketOption.COOKIE.read(socket.number()));
    }

    private StepResult set(Op.Set op) throws ErrnoException {
        SocketSetting.apply(sockets.number(op.id()), op.settings());
        return StepResult.ok();
    }

    private StepResult open(Op.Open op) throws ErrnoException {
        SockAddr.Inet address = op.address().address();
        try (Fd socket = make(address.family(), op.address().protocol())) {
            SocketSetting.apply(socket.number(), op.settings());
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

    private static StepResult refused(String call, long result) {
        StepResult answer = StepResult.of(result);
        return answer.withResult(call + " " + answer.result());
    }

    private StepResult connect(Op.Connect op) throws ErrnoException {
        if (sockets.has(op.id())) {
            return StepResult.of(SocketIo.connect(sockets.number(op.id()), op.address().address()));
        }
        ListenAddress to = op.address();
        try (Fd socket = make(to.address().family(), to.protocol())) {
            SocketSetting.apply(socket.number(), op.settings());
            if (op.from().isPresent()) {
                long bound = Sockets.bind(socket.number(), op.from().get());
                if (bound < 0) {
                    return refused("bind", bound);
                }
            }
            long result = SocketIo.connect(socket.number(), to.address());
            return result < 0 ? StepResult.of(result) : keep(op.id(), new Fd(socket.release()));
        }
    }

    private StepResult accept(Op.Accept op) throws ErrnoException {
        int listener = sockets.number(op.id());
        long result = SocketIo.accept(listener, op.withinMillis());
        return result < 0 ? StepResult.of(result) : keep(op.as(), new Fd((int) result));
    }

    private StepResult close(Op.Close op) throws ErrnoException {
        if (clientCrowds.close(op.id())) {
            return StepResult.ok();
        }
        servers.stop(op.id());
        if (op.reset()) {
            SocketIo.resetOnClose(sockets.number(op.id()));
        }
        sockets.close(op.id());
        return StepResult.ok();
    }

    /// Starts another process with this code, which inherits the sockets that it is to keep.
    private StepResult fork(Op.Fork op, Fd channel) throws ErrnoException {
        List<Redirect> redirects = new ArrayList<>();
        redirects.add(new Redirect(channel.number(), Actors.CHANNEL));
        List<String> words = new ArrayList<>(Actors.ownCommand());
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
        return StepResult.ok().with("pid", pid);
    }

    @Override
    public String toString() {
        return name;
    }

    /// Reports that there is no such socket, as the kernel would.
    static ErrnoException unknownSocket(String id) {
        return new ErrnoException("use", id, Errno.EBADF.number());
    }
}
