package dev.berth.inspect;

import dev.berth.net.ListenAddress;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/// A program that uses the three entry points as their documentation shows.
final class PlainProgram {
    private PlainProgram() {}

    /// @param args a port of 127.0.0.1 that is taken
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(args[0]);
        PortReport.of(port)
                .sockets()
                .forEach(socket -> System.out.println("report " + SocketText.line(socket)));

        var wanted = ListenAddress.parse("tcp://127.0.0.1:" + port);
        var forecast = BindForecast.of(BindRequest.of(wanted).withReuseaddr(true));
        System.out.println("forecast " + forecast.bindAnswer());

        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (ServerSocket server = new ServerSocket()) {
            server.bind(address);
        } catch (BindException taken) {
            BindDiagnosis diagnosis = BindDiagnosis.of(taken, address);
            System.out.println("diagnosis " + diagnosis.summary());
            diagnosis.fixes().forEach(fix -> System.out.println("fix " + fix));
        }
    }
}
