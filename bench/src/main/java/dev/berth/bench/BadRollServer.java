package dev.berth.bench;

import dev.berth.sys.CurrentJvm;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// A server for the badroll bench, running the applications in `bench/versions`.
///
/// @param command with the placeholders `{version}`, `{address}`, `{port}`, `{versions}`, `{java}`
///   and `{classes}`
record BadRollServer(String name, String command) {
    /// All servers, in the order in which they are tried.
    static List<BadRollServer> all() {
        return List.of(
                new BadRollServer(
                        "gunicorn",
                        "env VERSION={version} gunicorn --chdir {versions} -w 2"
                                + " -b {address}:{port} --log-level warning app:wsgi"),
                new BadRollServer(
                        "puma",
                        "env VERSION={version} puma -q -t 1:8 -b tcp://{address}:{port}"
                                + " {versions}/app.ru"),
                new BadRollServer(
                        "uvicorn",
                        "env VERSION={version} uvicorn --app-dir {versions} --host {address}"
                                + " --port {port} --log-level warning --no-access-log app:asgi"),
                new BadRollServer(
                        "jvm",
                        "{java} -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto"
                                + " -cp {classes} dev.berth.bench.VersionServer"
                                + " {version} {address} {port}"));
    }

    /// Its command for one version.
    List<String> words(BenchEnvironment shop, String version, String address, int port) {
        Path bench = shop.root().resolve("bench");
        String filled =
                command.replace("{versions}", bench.resolve("versions").toString())
                        .replace("{classes}", bench.resolve("target/classes").toString())
                        .replace("{java}", CurrentJvm.java().toString())
                        .replace("{version}", version)
                        .replace("{address}", address)
                        .replace("{port}", Integer.toString(port));
        return Arrays.asList(filled.split(" +"));
    }
}
