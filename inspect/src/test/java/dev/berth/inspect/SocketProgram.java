package dev.berth.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/// A Python program with some uid that creates sockets on command, one call a line.
///
/// **Ownership:** [#close()] ends it and everything that it forked.
final class SocketProgram implements AutoCloseable {
    /// A puppet that gets no more commands ends by itself. A forked holder ends with it.
    private static final String SCRIPT =
            """
            import array, ctypes, errno, os, select, signal, socket, sys
            uid = int(sys.argv[1])
            if uid:
                os.setgroups([]); os.setgid(uid); os.setuid(uid)
            held, flights, forks = {}, [], []
            RA, RP, DEVICE = (1, 2), (1, 15), (1, 25)
            def make(kind, family, ra, rp, v6only, device):
                s = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6, kind)
                if ra: s.setsockopt(*RA, 1)
                if rp: s.setsockopt(*RP, 1)
                if family == 6: s.setsockopt(41, 26, v6only)
                if device: s.setsockopt(*DEVICE, device.encode() + bytes(1))
                return s
            def open(name, *options): held[name] = make(*options)
            def bind(name, host, port): held[name].bind((host, port))
            def listen(name): held[name].listen(8)
            def toggle(name, ra, rp):
                held[name].setsockopt(*RA, ra)
                held[name].setsockopt(*RP, rp)
            def shutdown(name): held[name].shutdown(socket.SHUT_RD)
            def close(name): held.pop(name).close()
            def connect(name, host, port):
                held[name].settimeout(0.3)
                held[name].connect((host, port))
            def accept(name, child):
                if not select.select([held[name]], [], [], 0.3)[0]:
                    raise OSError(errno.ETIMEDOUT, name)
                held[child] = held[name].accept()[0]
            def port(name): return held[name].getsockname()[1]
            def fly(name):
                ends = socket.socketpair()
                socket.send_fds(ends[0], [b'x'], [held[name].fileno()])
                flights.append(ends)
                close(name)
            def fork(name):
                parent = os.getpid()
                child = os.fork()
                if child == 0:
                    ctypes.CDLL(None).prctl(1, 9)
                    for other, s in held.items():
                        if other != name: s.close()
                    if os.getppid() == parent: signal.pause()
                    os._exit(0)
                forks.append(child)
                close(name)
            def reset():
                for s in held.values(): s.close()
                for ends in flights:
                    for end in ends: end.close()
                for child in forks:
                    os.kill(child, 9); os.waitpid(child, 0)
                held.clear(); flights.clear(); forks.clear()
            def attempt(host, number, kind, *options):
                s = make(kind, *options)
                try:
                    bare, _, zone = host.partition('%')
                    s.bind((bare, number, 0, int(zone)) if zone else (bare, number))
                    if kind == 2: return 'OK'
                    s.listen(8)
                    return 'OK OK'
                except OSError as e:
                    bound = kind == 1 and s.getsockname()[1] != 0
                    return ('OK ' if bound else '') + errno.errorcode[e.errno]
                finally:
                    s.close()
            def landlock(port):
                call = ctypes.CDLL(None, use_errno=True).syscall
                def must(result):
                    if result < 0: raise OSError(ctypes.get_errno(), 'landlock')
                    return result
                BIND_TCP, NET_PORT = 1, 2
                rules = must(call(444, (ctypes.c_uint64 * 2)(0, BIND_TCP), 16, 0))
                rule = (ctypes.c_uint64 * 2)(BIND_TCP, port)
                must(call(445, rules, NET_PORT, rule, 0))
                must(call(446, rules, 0))
            for line in sys.stdin:
                signal.alarm(60)
                try:
                    answer = eval(line)
                    print('OK' if answer is None else answer, flush=True)
                except OSError as e:
                    print(errno.errorcode.get(e.errno, e), flush=True)
            """;

    private final Process process;
    private final Writer in;
    private final BufferedReader out;

    private SocketProgram(Process process) {
        this.process = process;
        this.in = process.outputWriter(UTF_8);
        this.out = process.inputReader(UTF_8);
    }

    /// Starts a puppet in the namespace of the calling thread.
    static SocketProgram start(int uid) throws IOException {
        List<String> command = List.of("python3", "-c", SCRIPT, Integer.toString(uid));
        return new SocketProgram(
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    /// Makes a call and returns its result: its value, `OK`, or the name of an errno.
    String tell(String call, Object... arguments) throws IOException {
        String line = call.formatted(arguments);
        in.write(line + "\n");
        in.flush();
        String answer = out.readLine();
        if (answer == null) {
            throw new IOException("the puppet has ended at " + line);
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        List<ProcessHandle> forked = process.descendants().toList();
        process.destroyForcibly();
        forked.forEach(ProcessHandle::destroyForcibly);
        try (in;
                out) {
            process.waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
