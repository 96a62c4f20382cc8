package dev.berth.boot;

import dev.berth.inspect.KernelCheck;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;

/// The application that the tests start on the libraries of either line.
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class BootApp {
    /// - `args`: `--check` among them has it tell what came out of the kernel check, and end
    public static void main(String[] args) {
        if (List.of(args).contains("--check")) {
            System.out.println(KernelCheck.here(System.getenv()));
        } else {
            SpringApplication.run(BootApp.class, args);
        }
    }

    /// A socket of the application's own at `feed.port`, or at the `feed.hidden`, which no property
    /// that ends in `port` names.
    @Bean
    Feed feed(Environment environment) throws IOException {
        return new Feed(
                environment.getProperty("feed.port", environment.getProperty("feed.hidden", "0")));
    }

    /// Owns the socket.
    static final class Feed {
        private final ServerSocket socket;

        Feed(String port) throws IOException {
            socket = open(Integer.parseInt(port));
        }

        private static ServerSocket open(int port) throws IOException {
            return new ServerSocket(port);
        }

        /// For Spring, at the end.
        public void close() throws IOException {
            socket.close();
        }
    }
}
